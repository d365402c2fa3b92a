nixsink: no verdict: 1 file could not be read whole (a.nix)
