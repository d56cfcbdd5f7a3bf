"""The files of deploy/ agree with the app and with each other.

No container is started: what one would do is done here.
"""

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uvicorn.config
import yaml
from streamlit.config import get_config_options
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from engine.device import PROGRAMS
from tests.asking import get
from tests.loop import run
from tests.proxy import CONFIGURATION, checked
from tests.serving import ROOT, serve
from ui.routes import NAMES
from ui.static import SCRIPT
from ui.version import PLOTLY_PATH
from ui.watching import PROBES, WATCHING

DEPLOY = ROOT / "deploy"
READ = re.compile(r'environ(?:\.get\(|\[)"([A-Z_]+)"')  # a variable that a Python file reads


def documents(path: str) -> list[dict]:
    return list(yaml.safe_load_all((DEPLOY / path).read_text()))


@pytest.fixture(scope="module")
def containerfile() -> dict[str, list[str]]:
    """The Containerfile: by instruction, what follows it."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word.isupper():
            found.setdefault(word, []).append(" ".join(rest.split()))
    return found


@pytest.fixture(scope="module")
def compose() -> dict:
    return documents("compose.yaml")[0]["services"]


@pytest.fixture(scope="module")
def cluster() -> dict[str, list[dict]]:
    """The objects of Kubernetes by kind."""
    found: dict[str, list[dict]] = {}
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for thing in documents(f"kubernetes/{file.name}"):
            found.setdefault(thing["kind"], []).append(thing)
    return found


@pytest.fixture(scope="module")
def pod(cluster) -> dict:
    (deployment,) = cluster["Deployment"]
    return deployment["spec"]["template"]["spec"]


def variables_of(pod: dict) -> dict[str, str | None]:
    """The variables of a pod's process; None for the value of a secret."""
    return {variable["name"]: variable.get("value") for variable in pod["containers"][0]["env"]}


def public() -> dict[str, set[str]]:
    """The paths that the proxy lets readers ask for, exact ones and prefixes."""
    found = {"Exact": set(), "Prefix": set()}
    rules = re.findall(r"^    acl (?:answer|file|session|alive) path(_beg)? ([^#\n]+)", CONFIGURATION.read_text(), re.M)
    for beginning, paths in rules:
        found["Prefix" if beginning else "Exact"] |= set(paths.split())
    return found


def test_what_is_copied_into_the_image_is_all_that_it_needs(containerfile, tmp_path):
    """Its command serves the app from a folder that holds nothing else, and its health check finds it well."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {words.split()[0] for words in containerfile["COPY"]}
    assert copied == {path.partition("/")[0] if path.startswith(".") else path for path in allowed}
    for part in copied:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    python, _, *words = json.loads(containerfile["CMD"][0])
    assert python == "python"
    (port,) = containerfile["EXPOSE"]
    words = ["{port}" if word == port else word for word in words]
    words[words.index("--host") + 1] = "127.0.0.1"
    assert containerfile["ENV"] == ["JAX_COMPILATION_CACHE_DIR=/cache"]
    nowhere, cache = tmp_path / "nowhere", tmp_path / "cache"
    with serve(*words, root=tmp_path, HOME=str(nowhere), JAX_COMPILATION_CACHE_DIR=str(cache)) as server:
        assert SCRIPT.encode() in get(server.address, "/")[1]
        check = json.loads(containerfile["HEALTHCHECK"][0].partition("CMD ")[2])
        check = [word.replace(f"127.0.0.1:{port}", server.address.removeprefix("http://")) for word in check]
        subprocess.run([sys.executable, *check[1:]], check=True)
        assert get(server.address, "/grid")[1]
    assert not nowhere.exists()
    assert any((cache / PROGRAMS).iterdir()), "compiled programs are kept where the image says"


def client_of(service: dict, address: str) -> str:
    """Whom a process of compose takes for the client, if a request from an address says that it is 192.0.2.7's."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["client"][0])

    believed = service["environment"].get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    request = {"type": "http", "client": (address, 1), "headers": [(b"x-forwarded-for", b"192.0.2.7")]}
    run(ProxyHeadersMiddleware(app, believed)(request, None, None))
    return seen[0]


def test_the_proxy_of_compose_finds_its_processes(containerfile, compose, tmp_path):
    proxy = compose["proxy"]
    source, target, mode = proxy["volumes"][0].split(":")
    assert (DEPLOY / source).resolve() == CONFIGURATION
    assert (target, mode) == ("/usr/local/etc/haproxy/haproxy.cfg", "ro")
    (port,) = containerfile["EXPOSE"]
    processes = [service for name, service in compose.items() if name != "proxy"]
    addresses = [f"{service['networks']['inside']['ipv4_address']}:{port}" for service in processes]
    for service in processes:
        assert client_of(service, proxy["networks"]["inside"]["ipv4_address"]) == "192.0.2.7"
        assert client_of(service, service["networks"]["inside"]["ipv4_address"]) != "192.0.2.7", "no other is believed"
    variables = proxy["environment"]
    assert [variables[f"DESCENT_P{k + 1}"] for k in range(len(addresses))] == addresses
    assert proxy["ports"] == [f"8500{variables['DESCENT_LISTEN']}"]
    known = set(re.findall(r"DESCENT_[A-Z0-9_]+", CONFIGURATION.read_text()))
    assert variables.keys() <= known
    assert Path(variables["DESCENT_ADMIN"]).parent == Path(proxy["tmpfs"][0])
    assert checked({**variables, "DESCENT_ADMIN": str(tmp_path / "admin.sock")}) == ""


def test_a_process_has_the_same_memory_and_folders_everywhere(containerfile, compose, pod):
    (lab,) = pod["containers"]
    for service in (compose["lab1"], compose["lab2"]):
        assert (service["mem_reservation"], service["mem_limit"]) == ("600m", "1600m")
        assert service["volumes"] == [f"cache:{containerfile['ENV'][0].split('=')[1]}"]
        assert service["read_only"]
    assert lab["resources"]["requests"]["memory"] == "600M"
    assert lab["resources"]["limits"]["memory"] == "1600M"
    assert "600 MB" in (DEPLOY / "README.md").read_text()
    assert "1600 MB" in (DEPLOY / "README.md").read_text()
    assert lab["image"] == compose["lab1"]["image"]
    mounts = {mount["mountPath"]: mount["name"] for mount in lab["volumeMounts"]}
    assert containerfile["VOLUME"] == ["/cache"]
    assert mounts["/cache"] in {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    assert lab["securityContext"]["readOnlyRootFilesystem"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert [str(pod["securityContext"]["runAsUser"])] == containerfile["USER"]


def test_the_cache_of_a_pod_is_a_folder_that_the_app_makes(pod):
    """A volume that begins empty can be written by everybody, and the app does not use such a folder."""
    cache = Path(variables_of(pod)["JAX_COMPILATION_CACHE_DIR"])
    assert str(cache.parent) in {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}


def test_the_probes_ask_for_what_there_is(containerfile, pod):
    (lab,) = pod["containers"]
    assert [str(lab["ports"][0]["containerPort"])] == containerfile["EXPOSE"]
    probes = {name: lab[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert {probe["port"] for probe in probes.values()} == {lab["ports"][0]["name"]}
    assert probes["readiness"]["path"] in {route.path for route in WATCHING}
    assert probes["startup"]["path"] == probes["liveness"]["path"] == "/_stcore/health"
    assert {probe["path"] for probe in probes.values()} <= PROBES
    assert lab["lifecycle"]["preStop"]["sleep"]["seconds"] + 5 < pod["terminationGracePeriodSeconds"]


def test_the_objects_of_the_cluster_find_each_other(cluster, pod):
    (deployment,) = cluster["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    services = {service["metadata"]["name"]: service for service in cluster["Service"]}
    for service in services.values():
        assert service["spec"]["selector"] == labels
        assert service["spec"]["ports"][0]["targetPort"] == pod["containers"][0]["ports"][0]["name"]
    (disruption,) = cluster["PodDisruptionBudget"]
    assert disruption["spec"]["selector"]["matchLabels"].items() <= labels.items()
    (scaler,) = cluster["HorizontalPodAutoscaler"]
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert scaler["spec"]["minReplicas"] == deployment["spec"]["replicas"]
    (ingress,) = cluster["Ingress"]
    paths = ingress["spec"]["rules"][0]["http"]["paths"]
    for path in paths:
        service = path["backend"]["service"]
        assert service["port"]["name"] in {port["name"] for port in services[service["name"]]["spec"]["ports"]}
    sticky = [name for name, service in services.items() if "cookie" in str(service["metadata"]["annotations"])]
    assert {path["backend"]["service"]["name"] for path in paths if "/_stcore" in path["path"]} == set(sticky)


def test_the_same_paths_are_public_behind_the_proxy_and_in_the_cluster(cluster):
    (ingress,) = cluster["Ingress"]
    found = {"Exact": set(), "Prefix": set()}
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        found[path["pathType"]].add(path["path"])
    proxys = public()
    assert found == {"Exact": proxys["Exact"], "Prefix": {path.rstrip("/") for path in proxys["Prefix"]}}
    assert found["Exact"] > {f"/{name}" for name in NAMES}
    assert not found["Exact"] & (PROBES - {"/_stcore/health"})
    for file in (SCRIPT, PLOTLY_PATH):
        assert any(file.startswith(path) for path in proxys["Prefix"])


def test_a_first_visit_is_the_same_in_all_documents():
    words = " ".join((ROOT / "docs" / "architecture.md").read_text().split())
    visit = re.search(
        r"makes (\d+) requests, for (\d+) files, paths and a grid, and receives ([\d.]+) MB, heads included, "
        r"with brotli \(([\d.]+) MB with gzip",
        words,
    )
    assert visit
    requests, files, brotli, gzip = visit.groups()
    assert int(requests) == int(files) + 2
    readme = (DEPLOY / "README.md").read_text()
    assert f"| first visit: its {files} files |" in readme
    assert f"| 17 x {brotli} MB = {17 * float(brotli):.0f} MB/s |" in readme
    assert f"A first visit is {gzip} MB without TLS" in readme


def test_every_variable_exists_and_the_readme_names_all(compose, pod):
    sources = [ROOT / "app.py", *(file for part in ("engine", "ui") for file in (ROOT / part).rglob("*.py"))]
    read = {name for file in sources for name in READ.findall(file.read_text())}
    ours = {name for name in read if name.startswith("DESCENT_")}
    streamlits = {option.env_var for option in get_config_options().values()}
    uvicorns = set(READ.findall(inspect.getsource(uvicorn.config)))
    known = ours | streamlits | uvicorns | {"JAX_COMPILATION_CACHE_DIR"}
    assert {*compose["lab1"]["environment"], *variables_of(pod)} <= known
    readme = (DEPLOY / "README.md").read_text()
    table = set(re.findall(r"^\| `([A-Z_]+)` ", readme, re.M))
    assert ours | {"JAX_COMPILATION_CACHE_DIR"} <= table
    assert {name for name in table if name.startswith("DESCENT_")} == ours
    assert {name for name in table if name.startswith("STREAMLIT_")} <= streamlits
    units = "".join(file.read_text() for file in (DEPLOY / "systemd").iterdir())
    proxys = set(re.findall(r"DESCENT_[A-Z0-9_]+", CONFIGURATION.read_text()))
    assert set(re.findall(r"DESCENT_[A-Z0-9_]+", units)) <= ours | proxys
