"""The steps that fill a house, each skipped when its work is there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from safelight.client.connection import Client
from safelight.client.datasets import Dataset, Version
from safelight.client.jobs import Job
from safelight.client.projects import Experiment, Project
from safelight.demo.pictures import COINS, PHOTOGRAPHS, SCANS, Picture
from safelight.domain.jobs import RunStatus
from safelight.errors import Invalid, NotFound

HERE = Path(__file__).parent
FIRST = "first"
# The training to watch: about two minutes.
WATCHED = {"epochs": 60, "pause": 2.0, "learning_rate": 0.0005}

Report = Callable[[str], None]


@dataclass
class Seeder:
    """Fills the house behind `client`, telling `report` what it does. Pictures lie in `folder`."""

    client: Client
    folder: Path
    report: Report
    launched: list[tuple[Job, RunStatus]] = field(default_factory=list)

    def fill(self) -> None:
        """One job of every kind: successes of all three types and one honest failure.

        Raises Invalid if a job ends otherwise than it should.
        """
        self.train()
        coins = self.annotated("coins", COINS)
        self.augment(coins)
        photographs = self.annotated("photographs", PHOTOGRAPHS)
        self.fork(photographs, "to-review")
        self.fail(self.pictured("scans", "CLASSIFICATION", SCANS, damaged="scan_3.jpg"))
        for job, expected in self.launched:
            self.ended(job, expected)

    def pictured(
        self, dataset: str, type: str, pictures: Sequence[Picture], damaged: str = ""
    ) -> Version:
        """The first version of a dataset, of this type, with these pictures; the damaged one cannot
        be decoded.
        """
        into = _version(_dataset(self.client, dataset), FIRST, type)
        if into.asset_count >= len(pictures):
            return into
        self.report(f"Uploading {len(pictures)} pictures to {dataset}")
        for picture in reversed(pictures):  # galleries show the newest first
            content = picture.read(self.folder)
            if picture.name == damaged:
                content = _undecodable(content)
            into.add_picture(picture.name, content)
        return into.refresh()

    def annotated(self, dataset: str, pictures: Sequence[Picture]) -> Version:
        """The first version of a dataset, with the annotations that come with the demo."""
        version = self.pictured(dataset, "SEGMENTATION", pictures)
        if not version.labels:
            self.report(f"Importing the annotations of {dataset}")
            job = version.import_file(HERE / f"{dataset}.json", format="coco")
            self.ended(job, RunStatus.SUCCEEDED)
        return version.refresh()

    def augment(self, version: Version) -> None:
        found = self.client.processings.get("augmentation")
        job = self.newest(version, found.name)
        if job is not None and job.status is RunStatus.SUCCEEDED:
            return
        self.report(f"Augmenting {version.dataset.name}")
        inputs = {"target_version_name": _free(version.dataset, "augmented")}
        job = found.launch(version, parameters={"copies": 2}, inputs=inputs)
        self.launched.append((job, RunStatus.SUCCEEDED))

    def fork(self, version: Version, name: str) -> None:
        if not _has(version.dataset, name):
            self.report(f"Forking {version.dataset.name}")
            self.ended(version.fork(name), RunStatus.SUCCEEDED)

    def fail(self, version: Version) -> None:
        """A processing that meets a damaged file."""
        found = self.client.processings.add(HERE / "sharpness")
        job = self.newest(version, found.name)
        if job is None or job.status is not RunStatus.FAILED:
            self.report(f"Measuring the sharpness of {version.dataset.name}, one of them damaged")
            job = job.rerun() if job else found.launch(version)
            self.launched.append((job, RunStatus.FAILED))

    def train(self) -> None:
        experiment = _experiment(self.client, "baseline", {"epochs": 40})
        job = next(experiment.jobs(), None)
        if job is None or job.status is not RunStatus.SUCCEEDED:
            self.report("Training on handwritten digits")
            self.launched.append((_started(experiment), RunStatus.SUCCEEDED))

    def newest(self, version: Version, processing: str) -> Job | None:
        """The newest job of a processing on a version, for a demo that was ended half-way."""
        found = self.client.jobs.list(object=version.id, type="PROCESSING", search=processing)
        job = next(found, None)
        return job.wait() if job else None

    def ended(self, job: Job, expected: RunStatus) -> None:
        if job.wait().status is not expected:
            reason = (job.failure or {}).get("message") or f"it is {job.status}"
            raise Invalid(f"{job.name} did not end as it should: {reason}", job=str(job.id))


def _undecodable(jpeg: bytes) -> bytes:
    """The same with a Huffman table overwritten: head and end are whole, so that it is taken for a picture."""
    table = jpeg.index(b"\xff\xc4") + 5
    return jpeg[:table] + b"\xff" * 16 + jpeg[table + 16 :]


def watch(client: Client) -> Job:
    """Start the training that runs while somebody looks; next time it is run again."""
    return _started(_experiment(client, "slow and steady", WATCHED))


def _started(experiment: Experiment) -> Job:
    job = next(experiment.jobs(), None)
    if job is None:
        return experiment.launch()
    return job.rerun() if job.is_final else job


def _experiment(client: Client, name: str, parameters: dict[str, float]) -> Experiment:
    project = _project(client, "digits")
    try:
        return project.experiment(name)
    except NotFound:
        training = client.trainings.get("digits")
        return project.create_experiment(name, training=training, parameters=parameters)


def _dataset(client: Client, name: str) -> Dataset:
    try:
        return client.datasets.get(name)
    except NotFound:
        return client.datasets.create(name)


def _version(dataset: Dataset, name: str, type: str) -> Version:
    try:
        return dataset.version(name)
    except NotFound:
        return dataset.create_version(name, type=type)


def _has(dataset: Dataset, name: str) -> bool:
    return any(version.name == name for version in dataset.versions)


def _free(dataset: Dataset, name: str) -> str:
    """The name, or the first of name-2, name-3, ... that no version has."""
    taken = {version.name for version in dataset.versions}
    names = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(each for each in names if each not in taken)


def _project(client: Client, name: str) -> Project:
    try:
        return client.projects.get(name)
    except NotFound:
        return client.projects.create(name)
