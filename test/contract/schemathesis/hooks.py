"""What Schemathesis cannot read in openapi.yaml: cases that say nothing, the epoch that is live, and two checks more."""

import os

import requests
import schemathesis

# Of HTTP and of Node, and what keeps a browser from doing more with an answer; every other header is ours to declare.
UNDECLARED = {
    *("connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding"),
    *("content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"),
    *("referrer-policy", "x-content-type-options"),
}


@schemathesis.hook
def filter_case(context, case):
    # A server ignores headers that it does not know: that one is sent and taken breaks no rule.
    if "x-schemathesis-unknown-property" in (case.headers or {}):
        return False
    # Only the server makes cursors: any other text is none, whatever its form.
    if "cursor" in (case.query or {}):
        return False
    # A schema cannot say that names are distinct.
    if has_twins(case.body):
        return False
    # The limit is in bytes, a schema counts characters.
    customer_id = str((case.path_parameters or {}).get("customerId", ""))
    return len(customer_id.encode("utf-8", "surrogatepass")) <= 512


def has_twins(body):
    if not isinstance(body, dict):
        return False
    experiments = body.get("experiments")
    lists = [body.get("stages")]
    if isinstance(experiments, dict):
        lists += [one.get("variants") for one in experiments.values() if isinstance(one, dict)]
    return any(len(names) != len(set(names)) for names in map(names_in, lists))


def names_in(entries):
    if not isinstance(entries, list):
        return []
    return [str(one.get("name")) for one in entries if isinstance(one, dict)]


@schemathesis.hook
def before_call(context, case, kwargs):
    # Which epoch is live changes on the way, and only the server knows: the document's example stands for it.
    if (case.headers or {}).get("If-Match") == '"7"':
        asked = {"Authorization": f"Bearer {os.environ['KEY']}"}
        live = requests.get(f"{os.environ['SERVER']}/v1/generations", headers=asked, timeout=10).json()["live"]
        case.headers["If-Match"] = f'"{live["epoch"]}"'


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # Who gives a millisecond is told that it was too short: a server error that was asked for.
    is_deadline = b"urn:segment-store:error:deadline" in response.content and "X-Request-Timeout-Ms" in case.headers
    return not (is_deadline and failure.code in ("ST101", "ST202"))


@schemathesis.check
def declared_headers(context, response, case):
    """Its own check of headers finds those that are missing, not those that nobody declared."""
    declared = case.operation.responses.find_by_status_code(response.status_code)
    names = {name.lower() for name, _ in declared.headers.items()} | UNDECLARED
    strays = sorted(set(response.headers) - names)
    assert not strays, f"Headers that are not declared: {', '.join(strays)}"


@schemathesis.check
def true_status(context, response, case):
    """`default` takes any status, and so does its own check: at least a problem says the one it comes with."""
    if response.headers.get("content-type") != ["application/problem+json"] or response.request.method == "HEAD":
        return
    said = response.json()["status"]
    assert said == response.status_code, f"A problem of status {said} came with {response.status_code}"
