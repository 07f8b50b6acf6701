"""From a started entry to an eligible one: its team, its supervisor, its deadline, its versions and receipts."""
