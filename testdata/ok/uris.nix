[ http://a.b/c?d=e&f=%20 https://x.org:80/~u/a,b!c*d'e git+ssh://a@b/c a:b x-y.z+1:q mailto:a@b.c ((x: x) 1) ((x:x) ) ({ a = x:x; }) (let y = 1; in y:y) ]
