let x = "x"; a = { b = 1; }; c = 2; in [
  ./a ./a/b ../a ../../a/b.nix /etc/nixos a/b a.b/c a+b/c -a/b ./. ./.. ./a-b_c+d.e ~/a ~/a/b.nix <nixpkgs> <nixpkgs/lib> <a.b/c-d/e+f>
  ./${x} ./a/${x} ./a${x} ./a/${x}.nix ./${x}/b ./${x}${x} ./${x}/${x}/c.nix /a/${x} ~/${x} ~/a/${x} a/${x} ../${x} /${x}/a
  (a.b/ c) (a. b / c) (1/ 2) (1 /2) (1 / 2) (a.b /c) (c / c) (./a + "/b") (c/c) (a//a) (a //a) (a// a) (a // { }) 1.5/2 a_b/c
  ./${x}//b ./${"a/b"}/c ./${x + "/bar"}
  .../a +a/b (a +b/c) (a) [./a./b]
]
