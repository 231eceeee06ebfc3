package org.jccl.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jccl.CleanText;
import org.jccl.ProcessGroup;
import org.jspecify.annotations.Nullable;

/** The group that a launcher describes in the environment. */
final class EnvironmentGroup {
  private static final String INTERFACE = "JCCL_GROUP_INTERFACE";
  private static final String TLS = "JCCL_GROUP_TLS";
  private static final String TLS_PASSWORD = "JCCL_GROUP_TLS_PASSWORD";
  private static final String STORE = "JCCL_GROUP_STORE";
  private static final Path HOSTS = Path.of("/etc/hosts");
  private static final int MOST_OF_HOSTS = 1 << 20;

  private EnvironmentGroup() {}

  static LaunchContext launch(LaunchVariables variables) {
    return new LaunchContext(new LaunchReader(variables, hosts()));
  }

  static ProcessGroup join(LaunchVariables variables, Duration timeout) {
    LaunchContext launch = launch(variables);
    TcpSettings settings =
        TcpSettings.of(
                launch.host(),
                launch.port(),
                launch.rank(),
                launch.worldSize(),
                launch.secret(),
                ProcessGroupBase.requireTimeout(timeout))
            .onInterface(variables.text(INTERFACE))
            .withTls(tls(variables));
    if (meetsInStore(variables, launch)) {
      return TorchStoreGroup.join(settings, "jccl/store/" + launch.attempt());
    }
    if (launch.isStore() && launch.worldSize() > 1) {
      return new StoreMeeting(settings, launch.attempt())
          .join(address -> Announcement.launch(launch, address));
    }
    try {
      return TcpProcessGroup.join(
          settings,
          address -> {
            Announcement.launch(launch, address);
            if (settings.secret().isEmpty()) {
              Announcement.noSecret(address);
            }
          });
    } catch (IllegalArgumentException refused) {
      throw new IllegalStateException(
          "environment variable "
              + LaunchReader.SECRET
              + " is not set: "
              + refused.getMessage()
              + advice(launch),
          refused);
    }
  }

  private static boolean meetsInStore(LaunchVariables variables, LaunchContext launch) {
    String store = variables.text(STORE);
    if (store == null) {
      return false;
    }
    if (!store.equals("torch")) {
      throw variables.wrong(STORE, "expected torch");
    }
    if (!launch.isStore()) {
      throw variables.wrong(
          STORE, "but nobody holds a store: it takes torchrun with its agent's store");
    }
    return true;
  }

  private static String advice(LaunchContext launch) {
    return switch (launch.launcher()) {
      case "Slurm" ->
          ". In the batch script, before srun: export JCCL_GROUP_SECRET=$(openssl rand -hex 32)";
      case "Open MPI" -> ". With mpirun: -x JCCL_GROUP_SECRET";
      case "Kubernetes" -> ". In the pod's template: env from a Secret";
      default -> "";
    };
  }

  private static String hosts() {
    try (InputStream in = Files.newInputStream(HOSTS)) {
      return new String(in.readNBytes(MOST_OF_HOSTS), StandardCharsets.UTF_8);
    } catch (IOException none) {
      return "";
    }
  }

  private static @Nullable SSLContext tls(LaunchVariables variables) {
    String file = variables.text(TLS);
    if (file == null) {
      return null;
    }
    String password = variables.text(TLS_PASSWORD);
    try {
      return TcpTls.context(Path.of(file), password == null ? "" : password);
    } catch (IOException | GeneralSecurityException | RuntimeException failure) {
      throw variables.wrong(
          TLS, "which cannot be used (" + CleanText.messageOf(failure) + "; " + TLS_PASSWORD + ")");
    }
  }
}
