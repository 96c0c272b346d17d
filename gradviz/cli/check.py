"""`gradviz check`: every gradient of a target held against finite differences."""
