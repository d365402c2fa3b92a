# CR LF
{
  a = 1; # one
  /* b
  */ b = "x
yz\
";
  c = ''
    x
      y
  '';
  d = ''  
   a
'';
}
