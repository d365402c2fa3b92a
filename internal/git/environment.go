package git

import "strings"

// settings are the options before the command's name. The command line outranks every configuration file, so nothing that a repository
// says can take them back.
func settings() []string {
	args := []string{"--no-pager", "--literal-pathspecs"}
	for _, s := range [...]string{
		"core.fsmonitor=false",     // else a hook, or a daemon that stays
		"core.hooksPath=/dev/null", // no hook is found there
		"core.pager=cat",
		"core.askPass=true",
		"core.sshCommand=false", // no transport is used, so that none is needed
		"core.gitProxy=false",
		"core.alternateRefsCommand=false",
		"core.editor=false",
		"credential.helper=", // an empty one forgets those before it
		"protocol.allow=never",
		"gpg.program=false",
		"submodule.recurse=false",
		"core.quotePath=false",
		"i18n.logOutputEncoding=UTF-8",
		// Git refuses the repositories of other users because of what their configuration may start. Nothing of it is started here,
		// and containers commonly run as another user than the one that checked out.
		"safe.directory=*",
	} {
		args = append(args, "-c", s)
	}
	return args
}

// kept are the variables of git's own that stay: they say where the user's own configuration is and how far a search goes. All others
// (GIT_DIR and its like, which hooks set; external programs, traces) are taken away: the folder that is analysed says what is read.
var kept = map[string]bool{
	"GIT_CONFIG_GLOBAL": true, "GIT_CONFIG_SYSTEM": true, "GIT_CONFIG_NOSYSTEM": true, "GIT_CONFIG_COUNT": true, "GIT_CONFIG_PARAMETERS": true,
	"GIT_CEILING_DIRECTORIES": true, "GIT_DISCOVERY_ACROSS_FILESYSTEM": true, "GIT_EXEC_PATH": true,
}

// environment is what a git command gets of the process's variables.
func environment(have []string) []string {
	var out []string
	for _, v := range have {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(name, "GIT_") && !kept[name] && !strings.HasPrefix(name, "GIT_CONFIG_KEY_") && !strings.HasPrefix(name, "GIT_CONFIG_VALUE_"):
		case strings.HasPrefix(name, "LC_"), name == "LANG", name == "LANGUAGE":
		default:
			out = append(out, v)
		}
	}
	return append(out,
		"LC_ALL=C",              // messages are recognised
		"GIT_OPTIONAL_LOCKS=0",  // a look changes nothing, not even the index's cache
		"GIT_NO_LAZY_FETCH=1",   // a partial clone stays as it is
		"GIT_ALLOW_PROTOCOL=",   // and would find no transport: not every git knows the variable above
		"GIT_TERMINAL_PROMPT=0", // nobody is asked
		"GIT_PAGER=cat",
	)
}
