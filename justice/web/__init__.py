"""What every app's pages, files and API share. Interface code: it may use any app, and no app's rules use it."""
