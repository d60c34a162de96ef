"""Tests of the probing by OpenAPI documents."""
