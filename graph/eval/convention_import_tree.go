package eval

// import-tree (github.com/vic/import-tree): all modules of a folder; what has /_ in its path is left out.
func importTreeConvention() convention {
	return convention{
		rows:     []row{{"import-tree", 1, libImportTree}},
		anywhere: []string{"import-tree"},
		inputs:   map[string]string{"import-tree": "import-tree"},
	}
}

func libImportTree(ev *Evaluator, a []*thunk, at site) Val { return listFilesRecursive(ev, a, at) }
