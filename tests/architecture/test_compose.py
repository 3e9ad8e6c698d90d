"""The deployment files agree with one another, and the command they start serves.

Neighbours: `docker-compose.yml`, `server/deploy/`. The containers are not run here; their one process
is, natively, by the very command and environment of the compose file (`tests/support/first_start.py`).
"""

from __future__ import annotations

import json
import re

import pytest

from server.storage.opening import parse_place
from tests.architecture.project import ROOT, read
from tests.support.first_start import FirstStart, compose, filled

DOCKERFILE = "server/deploy/Dockerfile"
CADDYFILE = "server/deploy/Caddyfile"


def last_instruction(name: str) -> str:
    """The arguments of the last `name` in the Dockerfile, continuation lines joined."""
    joined = read(DOCKERFILE).replace("\\\n", " ")
    found: list[str] = re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)
    return found[-1].strip()


def test_two_services_share_one_volume() -> None:
    facts = compose()
    assert {name for name, service in facts["services"].items() if "profiles" not in service} == {"handover", "caddy"}
    assert list(facts["volumes"]) == ["handover-data", "handover-postgres"]
    assert facts["services"]["handover"]["volumes"] == ["handover-data:/data"]
    state = facts["services"]["caddy"]["volumes"][1]
    assert state["source"] == "handover-data"
    kept = facts["services"]["caddy"]["environment"]
    assert all(kept[name].startswith(state["target"] + "/caddy") for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"))


def test_postgresql_is_there_when_asked_for_and_waited_for() -> None:
    services = compose()["services"]
    postgres, server = services["postgres"], services["handover"]
    assert postgres["profiles"] == ["postgres"]
    assert re.fullmatch(r"postgres:\d+\.\d+", postgres["image"])
    assert "ports" not in postgres, "only the server reaches it"
    assert server["depends_on"] == {"postgres": {"condition": "service_healthy", "required": False}}
    named = re.search(r"DATABASE_URL=(postgresql://(\w+):\S+@(\w+)/(\w+))", read("docker-compose.yml"))
    assert named is not None
    assert parse_place(named[1]) == named[1]
    kept = postgres["environment"]
    assert (named[2], named[3], named[4]) == (kept["POSTGRES_USER"], "postgres", kept["POSTGRES_DB"])
    assert kept["POSTGRES_INITDB_ARGS"] == "--encoding=UTF8 --locale=C"
    assert filled(server["environment"])["DATABASE_URL"] == "", "without it: SQLite"


def test_the_compose_file_agrees_with_the_image() -> None:
    service = compose()["services"]["handover"]
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    assert json.loads(last_instruction("CMD")) == service["command"]
    port = service["command"][service["command"].index("--port") + 1]
    assert last_instruction("EXPOSE") == port
    assert service["expose"] == [port]
    folder = service["environment"]["HANDOVER_DATA"]
    assert f"HANDOVER_DATA={folder}" in last_instruction("ENV")
    assert folder.startswith(last_instruction("VOLUME") + "/")
    probe = json.loads(last_instruction("HEALTHCHECK").split("CMD", 1)[1])
    assert service["healthcheck"]["test"] == ["CMD", *probe]
    assert f"127.0.0.1:{port}/healthz" in probe[-1]


def test_every_copied_file_exists_and_is_sent_to_the_build() -> None:
    ignored = read("server/deploy/Dockerfile.dockerignore").split()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", read(DOCKERFILE), re.MULTILINE)
    assert copies
    for source in " ".join(copies).split():
        assert (ROOT / source).exists(), source
        assert source not in ignored


def test_images_are_pinned_and_run_as_nobody_special() -> None:
    services = compose()["services"]
    assert re.fullmatch(r"caddy:\d+\.\d+\.\d+", services["caddy"]["image"])
    assert set(re.findall(r"^FROM (\S+)", read(DOCKERFILE), re.MULTILINE)) == {"python:3.13-slim"}
    owner = re.search(r"useradd --uid (\d+)", read(DOCKERFILE))
    assert owner is not None
    assert services["caddy"]["user"] == f"{owner[1]}:{owner[1]}"


def test_only_caddy_is_reachable_and_it_leads_to_the_server() -> None:
    services = compose()["services"]
    assert "ports" not in services["handover"]
    assert services["caddy"]["ports"] == ["80:80", "443:443", "443:443/udp"]
    text = re.sub(r"#.*", "", read(CADDYFILE))
    upstream = re.search(r"reverse_proxy\s+(\w+):(\d+)", text)
    assert upstream is not None
    assert upstream[1] in services
    assert [upstream[2]] == services[upstream[1]]["expose"]
    assert "{$HANDOVER_DOMAIN:localhost}" in text
    mounted = services["caddy"]["volumes"][0].split(":")
    assert (ROOT / mounted[0] == ROOT / CADDYFILE, mounted[1]) == (True, "/etc/caddy/Caddyfile")


def test_the_caddyfile_is_well_formed() -> None:
    depth = 0
    for line in re.sub(r"#.*", "", read(CADDYFILE)).splitlines():
        bare = re.sub(r"\{\$\w+(?::[^}]*)?\}", "X", line).strip()
        assert "{" not in bare[:-1], "a block opens only at the end of a line"
        assert "}" not in bare or bare == "}", "a block closes on a line of its own"
        assert bare.count('"') % 2 == 0
        depth += bare.endswith("{") - (bare == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_command_of_the_compose_file_serves(first_start: FirstStart) -> None:
    assert first_start.status == 200, first_start.log
    assert (first_start.data / "handover.db").is_file()
    assert first_start.code in {0, -15}, first_start.log
