package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.ops.Operation;

/**
 * Nobody but the operation table, and those who lead from a row to its method, tells operations
 * apart by a switch: a new operation would fall through it.
 *
 * <p>For each class with a switch over an enumeration, javac makes a class with a table of its
 * constants, whose name says of which enumeration it is.
 */
@AnalyzeClasses(packages = "org.jccl", importOptions = DoNotIncludeTests.class)
class OneDispatchTest {
  private static final String TABLE = "$SwitchMap$" + Operation.class.getName().replace('.', '$');
  private static final Set<String> MAY = Set.of("org.jccl.ops", "org.jccl.spi");

  @ArchTest
  static void noSwitchOverOperations_outsideTheTable(JavaClasses bytecode) {
    Set<String> found = new TreeSet<>();
    bytecode.stream()
        .filter(each -> !MAY.contains(each.getPackageName()))
        .flatMap(each -> each.getFields().stream())
        .map(JavaField::getFullName)
        .filter(field -> field.endsWith("." + TABLE))
        .forEach(field -> found.add(field.substring(0, field.indexOf('$'))));

    assertThat(found).describedAs("classes with a switch over operations").isEmpty();
  }
}
