// Keeps this folder out of the module's zip, whose file names may not hold quotes and direction marks.
module nixsink/testdata/examples/hostile

go 1.26
