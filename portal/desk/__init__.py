"""The desk: home, search, command palette, help of error codes, styleguide; made of what apps plug in."""
