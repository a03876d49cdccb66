"""The record of a complaint: intake, facts, ownership, correspondence, groups, remedies, closure."""
