"""Cancels an order over HTTP and prints which steps ran. Standard library only.

    python3 cancel_order.py O1001 [BIZ [SCENARIO]]
"""
import json
import os
import sys
import urllib.error
import urllib.request

ENGINE = os.environ.get("BACTRIAN_URL", "http://127.0.0.1:8080")


def call(method, path, body=None, headers=None):
    """Answers the headers and the decoded body; raises HTTPError on a problem."""
    request = urllib.request.Request(
        ENGINE + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json", **(headers or {})},
    )
    with urllib.request.urlopen(request, timeout=35) as response:
        return response.headers, json.load(response)


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    order, biz, scenario = (sys.argv[1:] + [None, None])[:3]
    # The same key gives the same answer, so this call may be repeated after a timeout.
    headers = {"idempotency-key": f"cancel-{order}"}
    if biz:
        headers["x-biz-id"] = biz
    if scenario:
        headers["x-biz-scenario"] = scenario
    try:
        answered, output = call(
            "POST", "/v1/flows/cancel-order", {"orderId": order, "reason": "changed my mind"}, headers
        )
    except urllib.error.HTTPError as refused:
        problem = json.load(refused)  # RFC 9457: `code` is for programs, `detail` for people
        sys.exit(f"{refused.code} {problem['code']}: {problem.get('detail')}")
    print(json.dumps(output))
    _, run = call("GET", "/v1/runs/" + answered["x-run-id"])
    for node in run["nodes"]:
        extension = node.get("extension")
        level = f"  (extension, level {extension['level']})" if extension else ""
        print(f"{node['address']:<24} {node['status']}{level}")


if __name__ == "__main__":
    main()
