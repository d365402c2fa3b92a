nixos/00-core/ports.nix:7:5: error: my.ports.b has port 1001, which my.ports.a has already: give one of them another number [port-collision]
nixos/20-services/odd,name.nix:3:4: error: this says CFG.ports.b, but the code here reads my.ports.a: correct the id [mismatched-source-id]
nixos/20-services/odd,name.nix:7:34: warning: home.example repeats, in 2 places of this file, my.domain: read config.my.domain instead [hard-coded-copy]
nixsink: findings: 2 findings, asked for: none of severity error
nixsink: source-id-coverage: 0 % (0 of 4), asked for: ≥ 90 %
