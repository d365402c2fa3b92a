[
  (x: x) (x: y: x) (x : x) ({ }: 1) ({}: 1) ({ a }: a) ({ a, }: a) ({ a, b }: a) ({ a ? 1, b ? a, ... }: b) ({ ... }: 1) ({ a, ... }@b: b) (b@{ a, ... }: b) (b @ { }: b) ({ } @ b: b)
  ({ a ? { b }: b, c ? x: x }: a) ({ a ? b, b ? 1 }@args: args) (x: { y }: z: x) (_: _) (a': a'-b: a') (x: if x then x else x) (x: with x; x) (x: assert x; x) (x: let y = x; in y)
  ({ # c
    a /* d */ , b }: /* e */ a) ({a,b}:a) ({a?1}:a)
]
