"""The committee's decisions on the record, the acts that take two people, and appeals."""
