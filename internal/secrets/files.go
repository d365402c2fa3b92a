package secrets

import (
	"path"
	"slices"
	"strings"
)

// runtime are folders of a machine in which secrets lie (sops-nix, agenix, NixOps and colmena, systemd).
var runtime = []string{"/run/secrets/", "/run/secrets-for-users/", "/run/secrets.d/", "/run/agenix/", "/run/agenix.d/", "/run/keys/", "/run/credentials/", "/run/user/*/secrets/"}

// AtRuntime says that a file of the machine is one in which a tool keeps a secret.
func AtRuntime(name string) bool {
	for _, dir := range runtime {
		if strings.HasPrefix(name, dir) && len(name) > len(dir) {
			return true
		}
	}
	return false
}

// eachAtRuntime goes over the names behind the folders in which tools keep secrets, with what follows each in the text.
func eachAtRuntime(text string, yield func(name, behind string)) {
	if !strings.Contains(text, "/run/") {
		return // most texts
	}
	for _, dir := range runtime {
		for rest := text; ; {
			_, behind, found := strings.Cut(rest, dir)
			if !found {
				break
			}
			n := strings.IndexFunc(behind, func(r rune) bool {
				return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-./@", r))
			})
			if n < 0 {
				n = len(behind)
			}
			yield(behind[:n], behind[n:])
			rest = behind
		}
	}
}

// NamesAtRuntime are the files of the folders in which tools keep secrets that a text names: db/password of /run/secrets/db/password.
func NamesAtRuntime(text string) (out []string) {
	eachAtRuntime(text, func(name, _ string) {
		if name = strings.TrimRight(name, "./"); name != "" {
			out = append(out, name)
		}
	})
	return out
}

// StemsAtRuntime are what the names of such files begin with that a text puts together: minio_ of /run/secrets/minio_${service}_key.
func StemsAtRuntime(text string) (out []string) {
	eachAtRuntime(text, func(name, behind string) {
		if strings.HasPrefix(strings.TrimPrefix(behind, "''"), "$") {
			out = append(out, name)
		}
	})
	return out
}

// InFolder reports whether a text names a secret by a folder in which tools keep secrets, or by that folder's own name where what is above it comes from
// elsewhere: ${dir}/secrets/NAME.
func InFolder(text, name string) bool {
	return slices.ContainsFunc(runtime, func(dir string) bool { return strings.Contains(text, path.Base(dir)+"/"+name) })
}

// Encrypted says by its name that a file holds no secret that could be read without a key.
func Encrypted(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, end := range []string{".age", ".gpg", ".pgp", ".asc", ".sops", ".enc", ".enc.yaml", ".enc.json", ".cred", ".jwe"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	return strings.Contains(base, ".sops.") || strings.Contains(base, ".enc.")
}

// Public says by its name that a file is made to be read by everybody: a public key, a certificate.
func Public(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, end := range []string{".pub", ".crt", ".cer", ".cert", ".csr", ".nix", ".md", ".example", ".sample", ".template", ".hash"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	return strings.HasSuffix(base, "-pub") || strings.HasSuffix(base, "_pub") || strings.Contains(base, "public") || strings.Contains(base, "pubkey") || strings.Contains(base, "fullchain") || strings.Contains(base, "authorized_keys") || strings.Contains(base, "known_hosts") ||
		strings.Contains(base, "u2f") // pam_u2f(8): handles and public keys
}

// NamedSecret says that a file of the tree is called like a secret that is kept as plain text: wifi-password, api_token.txt.
func NamedSecret(name string) bool {
	if Encrypted(name) || Public(name) {
		return false
	}
	base := path.Base(name)
	for _, end := range []string{".txt", ".key", ".pem", ".env"} {
		base = strings.TrimSuffix(base, end)
	}
	return KindOf(base) != "" || strings.HasSuffix(strings.ToLower(path.Base(name)), ".env") && strings.Contains(strings.ToLower(name), "secret")
}

// beginnings are texts that only secrets have in them.
var beginnings = []string{"-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "AGE-SECRET-KEY-1"}

// SealedBy is what a file is encrypted by as a whole, by what its text begins with: age, PGP; "" if it is not, as far as that tells.
func SealedBy(text string) string {
	for _, k := range [...]struct{ start, by string }{
		{"age-encryption.org/", "age"},
		{"-----BEGIN AGE ENCRYPTED FILE-----", "age"},
		{"-----BEGIN PGP MESSAGE-----", "PGP"},
	} {
		if strings.HasPrefix(text, k.start) {
			return k.by
		}
	}
	return ""
}

// Sealed says that a file's text is encrypted, whatever the file is called: what sops writes has its values in ENC[…].
func Sealed(text string) bool {
	return SealedBy(text) != "" || strings.HasPrefix(text, "$ANSIBLE_VAULT;") || strings.Contains(text, "ENC[AES256_GCM,data:")
}

// Holds says that a file's text has a key in it.
func Holds(text string) bool {
	for _, b := range beginnings {
		if strings.Contains(text, b) {
			return true
		}
	}
	return false
}
