let a = "a"; in [
  '''' ''a'' '' a'' ''a '' ''  '' ''
  '' ''
    a
  '' ''
      a
        b

      c
    '' ''
    a
  b
      c'' ''  a
    b
  c
  '' ''
    ${a}
      b
  '' ''
      x
    ${a}
  '' ''   ${a}'' '' ${a}
 b'' ''
    ''${a}
   $${a} $$${a} $a $ $$ ''' x''' '
    ''\n ''\t ''\r ''\\ ''\' ''\${a} ''\ x ''$ '$ '${a} ''''${a} $
  '' ''
	tab
	  tab
  '' ''
    a
   	b
  '' ''

    a

    b

'' ''
    a ''
  ''
    a${a}
      ''  ''
    a
      ${a}  '' ''
    ''\n  a
      b
  '' ''
        ''$a
      '' ''
     'a'
    '' '' '' ''
    a\nb \${a}
  '' "x" ''
    ${''
        nested ${a}
          b
      ''}
     c
  ''   ''   
    trailing blanks after the quotes
  ''
]
