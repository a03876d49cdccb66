"""How often one source may do what costs the house, counted by all processes together (docs/adr/0032)."""
