package org.jccl.process;

import java.util.List;
import java.util.Locale;

/**
 * Names of the pods of an Indexed Job or a JobSet: {@code <job>-<index>}, in the domain of a
 * headless service.
 */
record KubernetesNames(LaunchVariables variables, String hosts) {
  /** Keeps a value with its reason. */
  @FunctionalInterface
  interface Taken {
    String take(String value, String what, String why);
  }

  private static final String ADVICE =
      """
      the host of rank 0, since this pod has no name in a headless service by which others could \
      find it. Give the Job's pods one, and jccl finds it by itself:
        apiVersion: v1
        kind: Service
        metadata: {name: ranks}
        spec: {clusterIP: None, selector: {job-name: %s}, publishNotReadyAddresses: true}
      and in the Job: spec.template.spec.subdomain: ranks""";

  /** The name of pod 0, from this pod's own. */
  String rankZero(Taken reasons) {
    int index = variables.number("JOB_COMPLETION_INDEX", "this pod's index", 0, Integer.MAX_VALUE);
    String own = variables.text("HOSTNAME");
    String end = "-" + index;
    if (own == null) {
      throw LaunchVariables.missing("HOSTNAME", "this pod's name");
    }
    String first = own.split("\\.", 2)[0];
    if (!first.endsWith(end)) {
      throw LaunchVariables.missing(
          "MASTER_ADDR",
          "the host of rank 0; this pod's name (HOSTNAME " + own + ") does not end in its index");
    }
    String job = first.substring(0, first.length() - end.length());
    String domain = domain(first, own);
    if (domain.isEmpty()) {
      throw LaunchVariables.missing("MASTER_ADDR", ADVICE.formatted(job));
    }
    return reasons.take(
        job + "-0" + domain,
        "rank 0 at ",
        "pod 0 of this Job by HOSTNAME and JOB_COMPLETION_INDEX");
  }

  /** {@code .ranks.default.svc.cluster.local}, as the system's file of hosts has it; or nothing. */
  private String domain(String first, String own) {
    if (own.length() > first.length()) {
      return own.substring(first.length());
    }
    String start = first.toLowerCase(Locale.ROOT) + ".";
    for (String line : hosts.lines().toList()) {
      for (String name : List.of(line.replaceFirst("#.*", "").strip().split("\\s+"))) {
        if (name.toLowerCase(Locale.ROOT).startsWith(start)) {
          return name.substring(first.length());
        }
      }
    }
    return "";
  }
}
