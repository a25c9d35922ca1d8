"""Where the two trees come from: commits, folders, fresh renders; and which parts of them are compared."""
