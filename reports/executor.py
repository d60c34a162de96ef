"""Who ran it: the pipeline's own name for the run, from the variables that GitHub Actions and GitLab CI set.

Allure labels the points of its trends with the order, and links each to the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping


def executor(variables: Mapping[str, str], target: str) -> dict[str, str | int]:
    """The content of Allure's executor.json; outside a pipeline it names this tool alone."""
    if variables.get("GITHUB_ACTIONS") == "true":
        return _github(variables, target)
    if variables.get("GITLAB_CI") == "true":
        return _gitlab(variables, target)
    return {"name": "walletproof", "type": "walletproof", "buildName": f"walletproof against {target}"}


def _github(variables: Mapping[str, str], target: str) -> dict[str, str | int]:
    server, repository = variables.get("GITHUB_SERVER_URL", ""), variables.get("GITHUB_REPOSITORY", "")
    home = f"{server}/{repository}"
    return _known(
        name="GitHub Actions",
        type="github",
        url=home,
        build_name=f"{variables.get('GITHUB_WORKFLOW', 'workflow')}: {target}",
        build_url=f"{home}/actions/runs/{variables.get('GITHUB_RUN_ID', '')}",
        order=variables.get("GITHUB_RUN_NUMBER", ""),
    )


def _gitlab(variables: Mapping[str, str], target: str) -> dict[str, str | int]:
    return _known(
        name="GitLab CI",
        type="gitlab",
        url=variables.get("CI_PROJECT_URL", ""),
        build_name=f"{variables.get('CI_JOB_NAME', 'job')}: {target}",
        build_url=variables.get("CI_PIPELINE_URL", ""),
        order=variables.get("CI_PIPELINE_IID", ""),
    )


def _known(*, name: str, type: str, url: str, build_name: str, build_url: str, order: str) -> dict[str, str | int]:
    told: dict[str, str | int] = {"name": name, "type": type, "url": url, "buildName": build_name}
    told |= {"buildUrl": build_url, "reportName": f"walletproof {order}".strip()}
    return told | ({"buildOrder": int(order)} if order.isdecimal() else {})
