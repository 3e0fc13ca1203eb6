"""What the official SDK does on one server, story by story; each is told once and kept."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from safelight.actions.first_start import first_owner
from safelight.actions.launch import Order, launch
from safelight.domain import rle
from safelight.domain.jobs import JobType
from safelight.store import organizations
from safelight.store.db import Database
from tests.acceptance.home import Home
from tests.acceptance.pictures import BIG, write_impostors

DATASET = "orchard"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
MASK = [5, 3, 500]  # three pixels of the first column
Found = dict[str, Any]

PACKAGE = {
    "processing.toml": """
name = "echo"
target = "DATASET_VERSION"
entry = "main.py"

[parameters.word]
type = "string"
default = "nothing"
""",
    "main.py": """
import json, os, sys, urllib.request

request = urllib.request.Request(
    os.environ["host"] + "/api/v2/job/" + os.environ["job_id"],
    headers={"Authorization": "Bearer " + os.environ["api_token"]},
)
word = json.load(urllib.request.urlopen(request))["processing_job"]["parameters"]["word"]
print("the word is", word)
sys.exit(3 if word == "fail" else 0)
""",
}


class Stories:
    """A story that needs another one's outcome looks at it first, so any of them can be asked for."""

    def __init__(self, home: Home, pictures: Path, folder: Path) -> None:
        self.home = home
        self.pictures = pictures
        self.folder = folder
        self.names = [*sorted(one.name for one in pictures.glob("picture-*")), BIG]

    def tell_all(self) -> None:
        for name, told in vars(type(self)).items():
            if isinstance(told, cached_property):
                getattr(self, name)

    def _run(self, script: str, **given: Any) -> Found:
        return self.home.official.run(script, names=self.names, dataset=DATASET, **given)

    def _folder(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir()
        return made

    @cached_property
    def who(self) -> Found:
        return self._run("who", organization="safelight")

    @cached_property
    def uploaded(self) -> Found:
        """The datalake holds the pictures from here on, the first of them twice."""
        apart, downloads = self._folder("impostors"), self._folder("downloads")
        (apart / self.names[0]).write_bytes((self.pictures / self.names[0]).read_bytes())
        impostors = [str(path) for path in write_impostors(apart).values()]
        found = self._run("upload", impostors=impostors, downloads=str(downloads))
        return {**found, "downloads": downloads}

    @cached_property
    def filled(self) -> Found:
        """The dataset has a version `first` with everything from here on."""
        assert self.uploaded
        return self._run("fill")

    @cached_property
    def shapes(self) -> Found:
        assert self.filled
        return self._run("shapes")

    @cached_property
    def crowd(self) -> Found:
        assert self.filled
        return self._run("crowd")

    @cached_property
    def coco(self) -> Found:
        assert self.filled
        return self._run("coco", folder=str(self._folder("coco")))

    @cached_property
    def forks(self) -> Found:
        assert self.filled
        return self._run("forks")

    @cached_property
    def processing(self) -> Found:
        assert self.filled
        self._add_package("echo")
        return self._run("processing", package="echo")

    @cached_property
    def edits(self) -> Found:
        assert self.filled
        folder = self._folder("fresh")
        fresh = [f"fresh-{number}.png" for number in range(3)]
        for number, name in enumerate(fresh):
            Image.new("RGB", (30 + number, 20)).save(folder / name)
        files = [str(folder / name) for name in fresh]
        return self._run("edits", files=files, fresh=fresh, mask=rle.compress(MASK))

    @cached_property
    def metadata(self) -> Found:
        assert self.uploaded
        return self._run("metadata")

    @cached_property
    def projections(self) -> Found:
        assert self.uploaded
        return self._run("projections", folder=str(self._folder("projections")))

    @cached_property
    def words(self) -> Found:
        assert self.uploaded
        return self._run("words")

    @cached_property
    def models(self) -> Found:
        assert self.filled
        self.home.safelight("training", "add", EXAMPLES / "line")
        [line] = [one for one in self.home.safelight("training", "list") if one["name"] == "line"]
        for target in ("MODEL_VERSION", "DATALAKE"):
            self._add_package(f"echo-{target.lower()}", target)
        return self._run(
            "models",
            folder=str(self._folder("weights")),
            model_version=line["id"],
            model_package="echo-model_version",
            data_package="echo-datalake",
        )

    def _add_package(self, name: str, target: str = "DATASET_VERSION") -> None:
        package = self._folder(f"package-{name}")
        manifest = PACKAGE["processing.toml"].replace('"echo"', f'"{name}"')
        files = {**PACKAGE, "processing.toml": manifest.replace("DATASET_VERSION", target)}
        for filename, content in files.items():
            (package / filename).write_text(content)
        self.home.safelight("processing", "add", package)

    @cached_property
    def posted_log(self) -> Found:
        job_id, other_id = track(self.home), track(self.home)
        folder = str(self._folder("log"))
        found = self._run("posted_log", job=job_id, other=other_id, folder=folder)
        return {**found, "job": job_id, "other_job": other_id}


def track(home: Home) -> str:
    """A job whose run executes elsewhere, written as the server would."""
    db = Database(home.database)
    try:
        with db.transaction() as tx:
            organization = organizations.first(tx)
            assert organization is not None
            order = Order(
                organization_id=organization.organization_id,
                type=JobType.TRAINING,
                operation="training",
                name="On the cluster",
                target=None,
                source={"image": "elsewhere"},
                triggered_by=first_owner(tx),
                engine="external",
            )
            job, _ = launch(tx, order)
            return str(job.job_id)
    finally:
        db.close()
