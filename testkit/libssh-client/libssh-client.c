/*
 * Does with libssh what its users do: logs in with a password, runs a command, types into a shell on a terminal, and moves a file over SFTP.
 * A test tool, compiled against Debian's libssh-dev by the test that needs it: it trusts any host key, and prints a line for each thing it saw.
 */
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static ssh_session session;

static void need(int ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s: %s\n", what, ssh_get_error(session));
    exit(1);
}

/* Prints all that comes on a channel, one stream after the other, then how its program ended. */
static void hear_out(ssh_channel channel, const char *name)
{
    char text[4096];
    for (int is_stderr = 0; is_stderr < 2; is_stderr++) {
        int bytes;
        printf("%s%s\n", name, is_stderr ? "-stderr" : "");
        while ((bytes = ssh_channel_read(channel, text, sizeof text, is_stderr)) > 0)
            fwrite(text, 1, (size_t)bytes, stdout);
        need(bytes == 0, "read");
    }
    printf("%s-status %d\n", name, ssh_channel_get_exit_status(channel));
    ssh_channel_close(channel);
    ssh_channel_free(channel);
}

static ssh_channel open_channel(void)
{
    ssh_channel channel = ssh_channel_new(session);
    need(channel != NULL && ssh_channel_open_session(channel) == SSH_OK, "open a channel");
    return channel;
}

static void transfer(const char *path, const char *content)
{
    char back[4096];
    sftp_session sftp = sftp_new(session);
    need(sftp != NULL && sftp_init(sftp) == SSH_OK, "start SFTP");
    sftp_file file = sftp_open(sftp, path, O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR);
    need(file != NULL && sftp_write(file, content, strlen(content)) == (ssize_t)strlen(content), "write");
    need(sftp_close(file) == SSH_OK, "close");
    file = sftp_open(sftp, path, O_RDONLY, 0);
    need(file != NULL, "open again");
    ssize_t bytes = sftp_read(file, back, sizeof back);
    need(bytes >= 0 && sftp_close(file) == SSH_OK, "read again");
    sftp_attributes facts = sftp_stat(sftp, path);
    need(facts != NULL, "stat");
    printf("sftp %.*s\nsftp-mode %o\n", (int)bytes, back, facts->permissions);
    sftp_attributes_free(facts);
    sftp_free(sftp);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: libssh-client HOST PORT USER PASSWORD\n");
        return 2;
    }
    session = ssh_new();
    need(session != NULL, "start");
    ssh_options_set(session, SSH_OPTIONS_HOST, argv[1]);
    ssh_options_set(session, SSH_OPTIONS_PORT_STR, argv[2]);
    ssh_options_set(session, SSH_OPTIONS_USER, argv[3]);
    int no_config = 0;
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no_config);
    need(ssh_connect(session) == SSH_OK, "connect");
    printf("server %s\n", ssh_get_serverbanner(session));
    need(ssh_userauth_password(session, NULL, "not the password") == SSH_AUTH_DENIED, "be denied");
    need(ssh_userauth_password(session, NULL, argv[4]) == SSH_AUTH_SUCCESS, "log in");

    ssh_channel exec = open_channel();
    need(ssh_channel_request_exec(exec, "echo from libssh; echo aside >&2; exit 7") == SSH_OK, "exec");
    hear_out(exec, "exec");

    ssh_channel shell = open_channel();
    need(ssh_channel_request_pty_size(shell, "xterm", 80, 24) == SSH_OK, "get a terminal");
    need(ssh_channel_request_shell(shell) == SSH_OK, "get a shell");
    need(ssh_channel_change_pty_size(shell, 100, 30) == SSH_OK, "resize");
    const char *typed = "stty size; tty\nexit 5\n";
    need(ssh_channel_write(shell, typed, (uint32_t)strlen(typed)) > 0, "type");
    hear_out(shell, "shell");

    transfer("/tmp/by-libssh", "by libssh");
    ssh_disconnect(session);
    ssh_free(session);
    return 0;
}
