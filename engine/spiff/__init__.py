"""The only place that touches SpiffWorkflow: parsing to specs, running them safely, saving and loading their state."""
