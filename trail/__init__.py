"""The trail: chains of records, each bound to the one before, and the signed anchors that hold their heads."""
