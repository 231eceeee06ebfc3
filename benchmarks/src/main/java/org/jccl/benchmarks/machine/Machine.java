package org.jccl.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.benchmarks.screen.Screen;

/**
 * This machine and this JVM.
 *
 * @param system operating system, version, architecture
 * @param cpu name of the processor, or its architecture where the system does not tell
 * @param cores processors that the JVM sees
 * @param memoryBytes physical memory, 0 if unknown
 * @param jdk Java version and vendor
 * @param flags arguments of the JVM
 * @param nativeAccess whether native access was enabled on the command line
 * @param vectorModule whether the Vector API's module was added
 */
public record Machine(
    String system,
    String cpu,
    int cores,
    long memoryBytes,
    String jdk,
    List<String> flags,
    boolean nativeAccess,
    boolean vectorModule) {

  /** Looks around. */
  public static Machine here() {
    return new Machine(
        "%s %s, %s".formatted(property("os.name"), property("os.version"), property("os.arch")),
        processor(),
        Runtime.getRuntime().availableProcessors(),
        physicalMemory(),
        "%s (%s, %s)"
            .formatted(Runtime.version(), property("java.vendor"), property("java.vm.name")),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> !Screen.isOwnOption(flag))
            .toList(),
        Machine.class.getModule().isNativeAccessEnabled(),
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
  }

  /** Version of NVIDIA's driver; {@code unknown} where there is none. */
  public static String driver() {
    try {
      return Files.readString(Path.of("/sys/module/nvidia/version")).strip();
    } catch (IOException none) {
      return "unknown";
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "?");
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(property("os.arch"));
    } catch (IOException noSuchFile) {
      return property("os.arch");
    }
  }

  private static long physicalMemory() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.OperatingSystemMXBean detailed
        ? detailed.getTotalMemorySize()
        : 0;
  }
}
