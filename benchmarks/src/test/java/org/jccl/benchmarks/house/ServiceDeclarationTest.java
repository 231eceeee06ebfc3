package org.jccl.benchmarks.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A provider is declared twice: in {@code module-info}, which counts on a module path, and in
 * {@code META-INF/services}, which is all that counts on a class path.
 */
class ServiceDeclarationTest {
  private static final String MODULE_INFO = "module-info.class";

  @ParameterizedTest
  @ValueSource(
      strings = {"org.jccl.sim", "org.jccl.nccl.cuda", "org.jccl.conformance", "org.jccl.fidelity"})
  void bothDeclarations_nameTheSameProviders(String moduleName) throws IOException {
    Module module = module(moduleName);
    Map<String, List<String>> onModulePath = module.provides();

    Set<String> services = new HashSet<>(module("org.jccl").descriptor().uses());
    services.addAll(onModulePath.keySet());
    Map<String, List<String>> onClassPath = new HashMap<>();
    for (String service : services) {
      List<String> providers = module.declaredProviders(service);
      if (!providers.isEmpty()) {
        onClassPath.put(service, providers);
      }
    }

    assertThat(onClassPath).isEqualTo(onModulePath);
  }

  private record Module(ModuleDescriptor descriptor, String root) {
    Map<String, List<String>> provides() {
      Map<String, List<String>> provides = new LinkedHashMap<>();
      descriptor.provides().forEach(p -> provides.put(p.service(), p.providers()));
      return provides;
    }

    List<String> declaredProviders(String service) throws IOException {
      URL file = URI.create(root + "META-INF/services/" + service).toURL();
      try (InputStream in = file.openStream()) {
        String text = new String(in.readAllBytes(), UTF_8);
        return text.lines().map(String::strip).filter(ServiceDeclarationTest::isProvider).toList();
      } catch (FileNotFoundException e) {
        return List.of();
      }
    }
  }

  private static boolean isProvider(String line) {
    return !line.isEmpty() && !line.startsWith("#");
  }

  private static Module module(String name) throws IOException {
    ClassLoader loader = ServiceDeclarationTest.class.getClassLoader();
    for (URL url : Collections.list(loader.getResources(MODULE_INFO))) {
      try (InputStream in = url.openStream()) {
        ModuleDescriptor descriptor = ModuleDescriptor.read(in);
        if (descriptor.name().equals(name)) {
          String location = url.toString();
          return new Module(
              descriptor, location.substring(0, location.length() - MODULE_INFO.length()));
        }
      }
    }
    throw new AssertionError("module " + name + " is not on the class path");
  }
}
