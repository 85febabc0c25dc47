"""The OpenAPI document of what programs may ask; a test holds it against the routes and their answers."""

from typing import Any, Final

from survey_app.web.throttle import PROGRAM_LIMIT, STRANGER_LIMIT

_COUNT: Final = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Final = {"type": ["integer", "null"], "minimum": 0}
_TEXT: Final = {"type": "string"}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = (), closed: bool = True) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": not closed}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _answer(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _identifier(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


_ERRORS: Final = {
    "401": _answer("No valid token came along.", "Error"),
    "403": _answer("The role of the token's account may not read this.", "Error"),
    "404": _answer("There is none, or it belongs to a county that the token's account may not see.", "Error"),
    "429": {
        **_answer("Too many calls in this minute.", "Error"),
        "headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
    },
}

_CAMPAIGN: Final = _object(
    {
        "schema": {"const": "junheng.campaign/1"},
        "id": _TEXT,
        "name": _TEXT,
        "state": {"enum": ["draft", "open", "closing", "closed"]},
        "county": _object({"code": _TEXT, "name": _TEXT, "population": _COUNT}),
        "year": {"type": "integer"},
        "rulebook": _TEXT,
        "opens": {"type": "string", "format": "date-time"},
        "closes": {"type": "string", "format": "date-time"},
        "groups": {
            "type": "object",
            "description": "By group: parent, student, teacher, principal, npc_deputy, cppcc_member, public.",
            "additionalProperties": _object(
                {
                    "planned": _COUNT,
                    "cap": _COUNT_OR_NULL,
                    "frame": _COUNT_OR_NULL,
                    "issued": _COUNT,
                    "answered": _COUNT,
                    "valid": _COUNT,
                    "needs": _COUNT_OR_NULL,
                    "can_take": _COUNT_OR_NULL,
                }
            ),
        },
        "schools": _list(
            _object({"code": _TEXT, "group": _TEXT, "planned": _COUNT, "issued": _COUNT, "answered": _COUNT_OR_NULL})
        ),
        "units": _list(_object({"unit": _TEXT, "group": _TEXT, "schools": _list(_TEXT), "valid": _COUNT})),
        "sample": _object(
            {"required": _COUNT, "valid": _COUNT, "is_valid": {"type": "boolean"}, "reasons": _list(_TEXT)}
        ),
    }
)
_ASSESSMENT: Final = _object(
    {
        "schema": {"const": "junheng.assessment/1"},
        "rulebook": _TEXT,
        "county": _object({"code": _TEXT, "name": _TEXT}),
        "year": {"type": "integer"},
        "outcome": {"enum": ["certifiable", "not_met", "incomplete", "vetoed"]},
        "grade": {"type": ["string", "null"]},
    },
    closed=False,
)

DOCUMENT: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Junheng",
        "version": "1",
        "description": "Surveys and assessments of a county, for other programs. Make a token with `junheng user token NAME` or on the "
        "page of an account; it reads what that account may see. "
        f"{PROGRAM_LIMIT} calls a minute an account, {STRANGER_LIMIT} a minute an address with tokens that are none.",
    },
    "security": [{"token": []}],
    "paths": {
        "/api/v1/campaigns/{campaign_id}": {
            "get": {
                "operationId": "campaign",
                "summary": "State and quotas of a campaign; counts only, never an answer or a rate.",
                "parameters": [_identifier("campaign_id")],
                "responses": {"200": _answer("The campaign.", "Campaign"), **_ERRORS},
            }
        },
        "/api/v1/assessments/{assessment_id}": {
            "get": {
                "operationId": "assessment",
                "summary": "An assessment, as assessment.json.",
                "parameters": [_identifier("assessment_id")],
                "responses": {"200": _answer("The assessment.", "Assessment"), **_ERRORS},
            }
        },
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "document",
                "summary": "This document.",
                "security": [],
                "responses": {
                    "200": {
                        "description": "The document.",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        },
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Campaign": _CAMPAIGN,
            "Assessment": _ASSESSMENT,
            "Error": _object({"error": _object({"code": _TEXT, "message": _TEXT})}),
        },
    },
}
