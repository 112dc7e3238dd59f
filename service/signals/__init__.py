"""CRM demand signals: inbox, mapping, current state per opportunity line."""
