"""A real Nagios that runs active checks with the program under test."""

import os
import select
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.command import COMMAND
from tests.support.external_program import external_program, user_and_group
from tests.support.timeouts import TIMEOUT_S

_CONFIGURATION = """\
cfg_file={folder}/objects.cfg
log_file={folder}/log
lock_file={folder}/lock
status_file={folder}/status
object_cache_file={folder}/objects
state_retention_file={folder}/retention
command_file={folder}/command
query_socket={folder}/query
temp_file={folder}/temporary
temp_path={folder}
check_result_path={folder}
nagios_user={user}
nagios_group={group}
use_syslog=0
check_for_updates=0
service_inter_check_delay_method=n
process_performance_data=1
service_perfdata_file={folder}/results
service_perfdata_file_mode=p
service_perfdata_file_template=\
$SERVICEDESC$\\t$SERVICESTATE$\\t$SERVICEOUTPUT$\\t$LONGSERVICEOUTPUT$\\t$SERVICEPERFDATA$
"""

_OBJECTS = """\
define timeperiod {{
  timeperiod_name  never
  alias            never
}}
define command {{
  command_name  deepvue
  command_line  {command} check $ARG1$
}}
define contact {{
  contact_name                   nobody
  host_notification_period       never
  service_notification_period    never
  host_notification_commands     deepvue
  service_notification_commands  deepvue
}}
define host {{
  host_name              server
  address                127.0.0.1
  contacts               nobody
  max_check_attempts     1
  active_checks_enabled  0
  notification_period    never
}}
"""

_SERVICE = """\
define service {{
  host_name            server
  service_description  {name}
  check_command        deepvue!{arguments}
  contacts             nobody
  max_check_attempts   1
  notification_period  never
}}
"""


class Result(NamedTuple):
    """What Nagios knows of a service after its check."""

    state: str
    output: str
    long_output: str
    performance_data: str


def results(folder: Path, services: Mapping[str, str]) -> dict[str, Result]:
    """Let Nagios check each service once; the values are the arguments of ``check``."""
    _configure(folder, services)
    pipe = os.open(folder / "results", os.O_RDWR)
    lines: list[str] = []
    with (folder / "output").open("w") as output:
        nagios = subprocess.Popen(
            [external_program("nagios4", "nagios4-core"), str(folder / "nagios.cfg")],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while len(lines) < len(services):
                ready, _, _ = select.select([pipe], [], [], TIMEOUT_S)
                assert ready, (folder / "output").read_text()
                lines += os.read(pipe, select.PIPE_BUF).decode().splitlines()
        finally:
            nagios.terminate()
            nagios.wait(TIMEOUT_S)
            os.close(pipe)
    rows = (line.split("\t") for line in lines)
    return {name: Result(*values) for name, *values in rows}


def _configure(folder: Path, services: Mapping[str, str]) -> None:
    os.mkfifo(folder / "results")
    user, group = user_and_group()
    (folder / "nagios.cfg").write_text(_CONFIGURATION.format(folder=folder, user=user, group=group))
    objects = _OBJECTS.format(command=shlex.join(COMMAND)) + "".join(
        _SERVICE.format(name=name, arguments=arguments) for name, arguments in services.items()
    )
    (folder / "objects.cfg").write_text(objects)
