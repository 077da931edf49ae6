"""Completion by the shell: ``_FILLERKIT_COMPLETE=bash_source``, ``zsh_source`` or ``fish_source``.

Imported only where that is set. click finds out which option or argument is completed. Its scripts
are not used: in bash they split words at ``=``, elsewhere they lose what stands before it, and they
let errors be seen.
"""

from __future__ import annotations

import os
import re
from typing import ClassVar

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from fillerkit.cli.offers import offer_of
from fillerkit.cli.printing import hand_out


def complete(group: click.Group, asked: str) -> None:
    """Print a script for a shell, or what its script asks for, which no error of ours disturbs."""
    name, _, what = asked.partition("_")
    if name not in _SHELLS or what not in ("source", "complete"):
        raise click.UsageError(
            f"_FILLERKIT_COMPLETE is bash_source, zsh_source or fish_source, not {asked!r}"
        )
    shell = _SHELLS[name](group, {}, "fillerkit", "_FILLERKIT_COMPLETE")
    if what == "source":
        hand_out(shell.source().encode())
        return
    try:
        hand_out(f"{shell.complete()}\n".encode())
    except Exception:  # half a line may be anything, half a net too: there is nothing to offer
        return


class _Shell(ShellComplete):
    """A line an item: its type, its value as the whole word, and what helps, with tabs between."""

    has_quotes: ClassVar[bool] = True
    """Whether the words before the one that is begun come as they are typed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is begun, and that one."""
        words = os.environ["COMP_WORDS"].split("\n")
        at = int(os.environ["COMP_CWORD"])
        self.begun = self.join([*words, ""][: at + 1])
        *before, last = self.begun
        typed = map(_unquoted, before) if self.has_quotes else before
        return list(typed)[1:], _unquoted(last)

    def join(self, words: list[str]) -> list[str]:
        """The words as a person would count them."""
        return words

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Of the option or argument that comes next, with what stands before an option's value."""
        group = self.cli
        if isinstance(group, click.Group):
            context = click.Context(group)
            for name in args[:1]:
                if command := group.get_command(context, name):
                    _have_offered(name, command)
        option, equals, _ = incomplete.partition("=")
        before = option + equals if equals and option.startswith("--") else ""
        found = super().get_completions(args, incomplete)
        return [CompletionItem(before + item.value, item.type, item.help) for item in found]

    def format_completion(self, item: CompletionItem) -> str:
        """One line."""
        words = (item.help or "").split("\n")[0].replace("\t", " ")
        return f"{item.type}\t{item.value}\t{words}"


def _have_offered(name: str, command: click.Command) -> None:
    for param in command.params:
        if offer := offer_of(name, param):
            param.shell_complete = offer  # type: ignore[method-assign,assignment]


def _unquoted(word: str) -> str:
    return "".join(split_arg_string(word)[:1])


class _Bash(_Shell):
    name = "bash"
    source_template = """\
%(complete_func)s() {
    local kind value help
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            file) compopt -o default ;;
            part) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS=$(printf '%%s\\n' "${COMP_WORDS[@]}") COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def join(self, words: list[str]) -> list[str]:
        """Bash has = and : as words of their own, and completes what stands behind the last."""
        joined: list[str] = []
        goes_on = False
        for word in words:
            breaks = bool(word) and not word.strip("=:")
            if joined and (goes_on or breaks):
                joined[-1] += word
            else:
                joined.append(word)
            goes_on = breaks
        return joined

    def format_completion(self, item: CompletionItem) -> str:
        """What takes the place of the part of the word that bash completes, as it is typed."""
        word = self.begun[-1]
        if word[:1] == "'":
            value = item.value.replace("'", r"'\''")
        elif word[:1] == '"':
            value = re.sub(r'([$`"\\])', r"\\\1", item.value)
        else:
            behind = item.value[max(map(word.rfind, "=:")) + 1 :]
            value = re.sub(r"([^\w@%+=:,./-])", r"\\\1", behind)
        return super().format_completion(CompletionItem(value, item.type))


class _Zsh(_Shell):
    name = "zsh"
    source_template = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local kind value help file=
    local -a whole shown part
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            file) file=1 ;;
            part) part+=("$value") ;;
            plain) whole+=("$value"); shown+=("$value${help:+  -- $help}") ;;
        esac
    done < <(COMP_WORDS="${(F)words}" COMP_CWORD=$((CURRENT - 1)) \\
        %(complete_var)s=zsh_complete "$words[1]" 2>/dev/null)
    compadd -V whole -l -d shown -a whole
    compadd -V part -S '' -a part
    if [[ -n $file ]]; then
        compset -P '*='
        _files
    fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


class _Fish(_Shell):
    name = "fish"
    has_quotes = False
    source_template = """\
function %(complete_func)s
    set -l before (commandline -opc)
    set -l words $before (commandline -ct)
    set -lx COMP_WORDS (string join \\n -- $words | string collect)
    set -lx COMP_CWORD (count $before)
    set -lx %(complete_var)s fish_complete
    for line in ($before[1] 2>/dev/null)
        set -l item (string split \\t -- $line)
        if test "$item[1]" = file
            set -l option (string match -r '^-[^=]*=' -- (commandline -ct))
            for path in (__fish_complete_path (string replace -- "$option" '' (commandline -ct)))
                printf '%%s%%s\\n' "$option" $path
            end
        else if test -n "$item[1]"
            printf '%%s\\t%%s\\n' $item[2] $item[3]
        end
    end
end
complete --command %(prog_name)s --no-files --arguments '(%(complete_func)s)'
"""


_SHELLS: dict[str, type[_Shell]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}
