"""Which test throws noise at what reads input from outside: by what is read, and by the file that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOISE: Final = "tests/edge/test_noise_at_the_door.py"
ENDLESS: Final = "tests/edge/test_endless_files.py::test_it_is_read_or_refused_as_promised"
HEADER, COOKIE = f"{NOISE}::test_any_header_means_something_or_nothing", f"{NOISE}::test_any_cookie_is_ours_or_nothing"
BODY, FORM = f"{NOISE}::test_any_body_is_json_that_fits_or_is_refused", f"{NOISE}::test_any_form_is_read_or_refused"
STAFF_FORM = "tests/web/test_noise.py::test_forms_of_staff_take_any_noise"
GATE = "tests/publication/test_fuzz.py::test_changed_trees_never_raise"
DEFINITION = "tests/forms/test_properties.py::test_no_definition_whatever_breaks_the_check"

BY_KIND: Final[Mapping[str, tuple[str, str]]] = {
    "BPMN": ("engine.publication.check_bundle", "tests/publication/test_fuzz.py::test_changed_bytes_never_raise"),
    "BPMN, changed as a tree": ("engine.publication.check_bundle", GATE),
    "DMN": (
        "engine.decisions.reader.parse_decisions",
        "tests/decisions/test_fuzz.py::test_a_mutated_file_is_read_or_refused_and_what_is_read_can_be_evaluated",
    ),
    "FEEL": (
        "engine.decisions.grammar",
        "tests/decisions/test_fuzz.py::test_a_random_expression_has_a_value_or_is_refused",
    ),
    "conditions": (
        "engine.expressions.language",
        "tests/unit/expressions/test_syntax.py::test_any_text_is_either_compiled_or_refused",
    ),
    "timers": (
        "engine.expressions.timer_text",
        "tests/unit/expressions/test_timer_text.py::test_any_text_is_either_understood_or_refused",
    ),
    "form files": ("forms.catalogue.check_form", DEFINITION),
    "answers of forms": ("forms", "tests/forms/test_properties.py::test_no_post_whatever_breaks_a_form"),
    "calendars of a campus": (
        "escalation.calendar_reading.parse_campus",
        "tests/escalation/test_calendar_reading.py::test_a_random_campus_is_read_or_refused_in_words",
    ),
    "calendars of a year": (
        "escalation.calendar_reading.parse_year",
        "tests/escalation/test_calendar_reading.py::test_a_random_year_is_read_or_refused_in_words",
    ),
    "process.toml": (
        "engine.configuration.process_file.read_config",
        "tests/engine/test_config_file.py::test_no_damage_to_a_good_file_makes_it_raise",
    ),
    "posts.toml": (
        "escalation.posts.parse_posts",
        "tests/escalation/test_posts.py::test_a_random_file_is_read_or_refused_in_words",
    ),
    "categories.toml": (
        "complaints.intake.categories.parse_categories",
        "tests/complaints/test_categories.py::test_a_damaged_copy_of_the_shipped_file_never_breaks_the_reading",
    ),
    "notices.toml": (
        "complaints.notices.notices.parse_notices",
        "tests/complaints/test_notices.py::test_a_damaged_file_is_read_or_refused_with_problems",
    ),
    "bundles": (
        "engine.bundles.bundle.unpack",
        "tests/publication/test_unpacking.py::test_no_damage_to_a_zip_makes_it_raise_anything_but_a_refusal",
    ),
    "files made to break a reader": ("engine.model.toml_text.load_toml", ENDLESS),
    "cookies": ("api.web.visit.visit", COOKIE),
    "tracking codes, one-time codes, codes of a telephone": (
        "access.spelling.bare", f"{NOISE}::test_any_text_as_a_code_is_compared_and_is_none_of_ours",
    ),
    "tokens": ("access.tokens.authenticate", "tests/access/test_credentials.py::test_no_other_text_opens_the_door"),
    "the way on after signing in": (
        "api.web.guard.local_path", f"{NOISE}::test_the_way_on_stays_on_the_site_however_a_browser_reads_it",
    ),
    "Accept-Language": (
        "api.languages.asked_language", f"{NOISE}::test_any_accept_language_names_one_of_ours_or_none",
    ),
    "If-Match": ("api.answers.matched_task", f"{NOISE}::test_any_if_match_is_a_version_or_none_of_ours"),
    "Host": ("api.host_names.host_name", "tests/edge/test_hosts.py::test_a_host_header_is_a_plain_name_or_none"),
    "every other header": ("api.authentication.public", HEADER),
    "addresses of peers": ("access.sign_in.guessing.source_of", f"{NOISE}::test_any_address_has_one_source"),
    "JSON bodies": ("api.sent_body.sent_body", BODY),
    "JSON bodies, by their fields": (
        "api.sent_body.sent_body", "tests/api/test_fuzz.py::test_no_request_breaks_the_house",
    ),
    "multipart": ("api.web.posted.posted", FORM),
    "forms of pages": ("api.web.posted.posted", STAFF_FORM),
    "cursors": (
        "storage.paging.decode", "tests/storage/test_paging.py::test_anything_else_is_refused_and_nothing_breaks",
    ),
    "what a provider of accounts answers": (
        "access.sign_in.provider.Provider",
        "tests/access/sign_in/test_provider.py::test_whatever_a_provider_answers_is_read_or_refused",
    ),
    "what a token of a provider claims": (
        "access.sign_in.provider.Provider",
        "tests/access/sign_in/test_provider.py::test_whatever_a_signed_token_claims_it_is_taken_whole_or_refused",
    ),
    "addresses of webhooks": (
        "complaints.outward.web_address.parse_web_address",
        "tests/unit/test_outward_limits.py::test_an_address_is_read_or_refused_plainly_and_never_breaks_a_request",
    ),
    "the address of the mail server": (
        "complaints.outward.mail_server.parse_mail_server",
        "tests/unit/test_mail_server.py::test_whatever_is_typed_is_read_or_refused_plainly",
    ),
    "the server's key": (
        "access.keys.keyring.parse_keyring",
        "tests/access/keys/test_keyring.py::test_no_refusal_repeats_what_stands_there",
    ),
}  # fmt: skip
"""What comes from outside -> what reads it, and the test that throws noise at that."""

BY_FILE: Final[Mapping[str, str]] = {
    "access/keys/keyring.py": BY_KIND["the server's key"][1],
    "access/sign_in/guessing.py": BY_KIND["addresses of peers"][1],
    "access/sign_in/provider.py": BY_KIND["what a provider of accounts answers"][1],
    "api/authentication.py": HEADER,
    "api/envelope.py": HEADER,
    "api/errors.py": HEADER,
    "api/repeated_names.py": BODY,
    "api/rest/processes.py": FORM,
    "api/sent_body.py": BODY,
    "api/web/elsewhere.py": COOKIE,
    "api/web/entering.py": COOKIE,
    "api/web/failures.py": HEADER,
    "api/web/guard.py": HEADER,
    "api/web/my_second_factor.py": STAFF_FORM,
    "api/web/pages.py": HEADER,
    "api/web/posted.py": FORM,
    "api/web/sign_in.py": COOKIE,
    "api/web/tracking.py": COOKIE,
    "api/web/visit.py": COOKIE,
    "complaints/outward/mail_server.py": BY_KIND["the address of the mail server"][1],
    "complaints/outward/web_address.py": BY_KIND["addresses of webhooks"][1],
    "engine/bundles/bundle.py": BY_KIND["bundles"][1],
    "engine/bundles/content_digest.py":
        "tests/publication/test_content_digest.py::test_a_file_that_cannot_be_read_counts_as_it_is",
    "engine/decisions/grammar.py": BY_KIND["FEEL"][1],
    "engine/decisions/xml_source.py": BY_KIND["DMN"][1],
    "engine/model/toml_text.py": ENDLESS,
    "engine/publication/reading.py": GATE,
    "forms/formats.py": "tests/forms/test_money_and_formats.py::test_no_text_breaks_a_format",
    "forms/source.py": DEFINITION,
    "storage/paging.py": BY_KIND["cursors"][1],
}  # fmt: skip
"""Files that take something apart which others have written -> the test that throws noise at them."""

NOT_FROM_OUTSIDE: Final[Mapping[str, str]] = {
    "access/keys/sealed_rows.py": "what this house has sealed",
    "api/idempotency.py": "an answer of ours, kept sealed",
    "api/web/demo_people.py": "the file that the demo has written",
    "api/web/once.py": "an answer of ours, kept sealed",
    "app/anchor_file.py": "the file that this house has written; tests/edge/test_endless_files.py damages it",
    "app/cli_demo.py": "the file and the answers of the demo",
    "app/cli_incidents.py": "what an operator types at the machine",
    "app/demo_clock.py": "the file that the demo has written",
    "app/scenarios/file.py": "a scenario, which a developer has written",
    "app/settings.py": "the environment, which the operator writes; tests/edge/test_hosts.py has what is refused",
    "complaints/answer_meanings.py": "a form that the check of forms reads too; what is none has no fields",
    "complaints/toml_reading.py": "`headers` are those of tables; engine/model/toml_text.py reads the file",
    "complaints/notices/quoted_fields.py": "a form that the check of forms reads too",
    "engine/bundles/examine_bundle.py": "a form that the check of forms reads too; what is none has no fields",
    "engine/bundles/value_context.py": "a form that the check of forms reads too; what is none has no choices",
    "engine/diagram_index.py": "a diagram that the gate has read",
    "engine/process_words.py": "a file of a published process",
    "engine/restart.py": "a state that this house has stored",
    "engine/spiff/compile.py": "a diagram that the gate has read",
    "engine/typed_json.py": "values that this house has stored",
    "engine/undo.py": "a state that this house has stored",
    "escalation/heartbeat.py": "a row that this house has written",
    "escalation/scheduled.py": "a row that this house has written",
    "forms/describe.py": "`form` is a method of the catalogue",
    "forms/diagram_steps.py": "a diagram of a published process",
    "queries/drawings.py": "a diagram of a published process",
    "storage/engines.py": "the address of the database, which the operator writes",
    "storage/types.py": "values that this house has stored",
}
"""Files that take something apart which nobody outside can have written: why not."""
