"""The pipeline's own name for a run, as its variables tell it."""

from __future__ import annotations

from reports.executor import executor

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "shop/pay",
    "GITHUB_RUN_ID": "901",
    "GITHUB_RUN_NUMBER": "12",
    "GITHUB_WORKFLOW": "wallets",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.example/shop/pay",
    "CI_PIPELINE_URL": "https://gitlab.example/shop/pay/-/pipelines/77",
    "CI_PIPELINE_IID": "5",
    "CI_JOB_NAME": "wallets",
}


def test_a_run_on_github_is_linked_and_numbered() -> None:
    told = executor(GITHUB, "staging")

    assert told["type"] == "github"
    assert told["buildOrder"] == 12
    assert told["buildName"] == "wallets: staging"
    assert told["buildUrl"] == "https://github.example/shop/pay/actions/runs/901"


def test_a_run_on_gitlab_is_linked_and_numbered() -> None:
    told = executor(GITLAB, "staging")

    assert told["type"] == "gitlab"
    assert told["buildOrder"] == 5
    assert told["buildUrl"] == "https://gitlab.example/shop/pay/-/pipelines/77"


def test_elsewhere_only_the_tool_is_named() -> None:
    assert executor({}, "staging") == {
        "name": "walletproof",
        "type": "walletproof",
        "buildName": "walletproof against staging",
    }


def test_a_number_that_is_none_is_left_out() -> None:
    assert "buildOrder" not in executor({**GITLAB, "CI_PIPELINE_IID": "?"}, "staging")
