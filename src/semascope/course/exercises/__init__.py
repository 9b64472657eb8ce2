"""What the exercises of each chapter are checked by: a module a chapter, named like its source."""
