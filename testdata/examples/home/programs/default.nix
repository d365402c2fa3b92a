{ imports = [ ./git.nix ./editor.nix ]; }
