"""The client: one server, one user, and from there everything they may see."""

from __future__ import annotations

from typing import Any, Self

from safelight.client.datalakes import Datalakes
from safelight.client.datasets import Datasets, Versions
from safelight.client.http import Http
from safelight.client.jobs import Jobs
from safelight.client.login import known
from safelight.client.processings import Processings, Trainings
from safelight.client.projects import Experiments, Projects
from safelight.client.views import Views
from safelight.errors import Invalid


class Client:
    """A connection to a Safelight server.

    Address and token come from SAFELIGHT_URL and SAFELIGHT_TOKEN if not given, else from what
    `safelight login` kept. `patience_s` is how long a call waits for a server that is away, as in
    a restart.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, patience_s: float = 30.0
    ) -> None:
        url, token = known(url, token)
        if not url:
            raise Invalid(
                "Which server? Give its address, set SAFELIGHT_URL, or `safelight login`."
            )
        self.http = Http(url, token, patience_s=patience_s)
        self.jobs = Jobs(self.http)
        self.views = Views(self.http)
        self.datalakes = Datalakes(self.http)
        self.datasets = Datasets(self.http)
        self.versions = Versions(self.http)
        self.processings = Processings(self.http)
        self.trainings = Trainings(self.http)
        self.projects = Projects(self.http)
        self.experiments = Experiments(self.http)

    def whoami(self) -> dict[str, Any]:
        """User, organization and role of the token."""
        return self.http.get("/api/v1/session")

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
