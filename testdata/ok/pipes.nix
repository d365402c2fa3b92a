let f = x: x; g = y: y; a = 1; in [ (a |> f |> g) (f <| g <| a) (a + 1 |> f) (f <| a + 1) (x: x |> f) (if a then f else g <| a) (a -> a |> f) (!a |> f) ]
