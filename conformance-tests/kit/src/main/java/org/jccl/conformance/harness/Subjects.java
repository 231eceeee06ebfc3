package org.jccl.conformance.harness;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jccl.conformance.book.Rule;
import org.jccl.ops.NcclFunction;

/** The subjects that have names: those of all {@link SubjectProvider}s. */
public final class Subjects {
  private Subjects() {}

  /** Divides a name and a version: {@code sim@2.31.2}. */
  private static final char AS = '@';

  /**
   * {@return the name of a subject as one version of NCCL, which {@link #named} takes}
   *
   * @param name its own name
   * @param version version code, for example 23102
   */
  public static String as(String name, int version) {
    return name + AS + NcclFunction.text(version);
  }

  /**
   * The subject of that name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static Subject named(String name) {
    int at = name.lastIndexOf(AS);
    return at < 0
        ? found(name)
        : VersionSubject.of(
            found(name.substring(0, at)), Rule.version(name.substring(at + 1)).orElseThrow());
  }

  private static Subject found(String name) {
    return providers()
        .filter(provider -> provider.names().contains(name))
        .findFirst()
        .map(provider -> provider.subject(name))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no subject is called '" + name + "': use " + String.join(", ", names())));
  }

  /** The names there are. */
  public static List<String> names() {
    return providers().flatMap(provider -> provider.names().stream()).toList();
  }

  private static Stream<SubjectProvider> providers() {
    return ServiceLoader.load(SubjectProvider.class).stream().map(ServiceLoader.Provider::get);
  }
}
