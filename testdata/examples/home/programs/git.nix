{ config, lib, ... }:
let
  inherit (config.my) person;
in
{
  programs.git = {
    enable = true;
    # source-id: CFG.person.name
    # sink: programs.git.userName
    userName = person.name;
    # source-id: CFG.person.mail
    # sink: programs.git.userEmail
    userEmail = person.mail;
    signing = lib.mkIf (person.signingKey != null) {
      key = person.signingKey;
      signByDefault = true;
    };
  };
}
