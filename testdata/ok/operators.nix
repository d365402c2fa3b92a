# Precedence and associativity of every operator.
let
  a = 1; b = 2; c = 3; d = 4; x = { y.z = 1; }; f = p: p; g = f;
in [
  (a + b + c) (a + (b + c)) (a - b - c) (a * b / c) (a * (b / c)) (a + b * c) (a * b + c) (- a + b) (- a * b) (-a - -b) (- - a)
  (!a && b || c -> d) (a -> b -> c) ((a -> b) -> c) (a || b && c || d) (a == b && c != d) (a < b == c < d) (a <= b || a >= b) (a > b)
  (a // b // c) ((a // b) // c) (a ++ b ++ c) ((a ++ b) ++ c) (a ++ b + c) (a + b ++ c) (a // b ++ c) (a // b + c) (a + b // c)
  (! a // b) (! a + b) (! ! a) (! x ? y) (- x ? y) (- f a) (f - a) (a * ! b + c) (a ++ - b) (a + ! b) (a == ! b)
  (x ? y) (x ? y.z) (x ? y ? z) (x ? "y".z) (x ? ${"y"}.z || a) (a ++ x ? y) (f x ? y)
  (f a b c) (f (g a) b) (f x.y x.y.z) (f x.y or a b) (x.y or x.z or a) (x.y.z or (f a)) (f -a) (f (-a))
  (a +b) (a -b) (a+ b) (a == -b) (1 -1) (a/ b) (a /b) (a / b) (if a then b else c + d) (a < b) (a<b)
]
