nixsink: findings: 2 findings, asked for: none of severity error
nixsink: source-id-coverage: 0 % (0 of 4), asked for: ≥ 90 %
