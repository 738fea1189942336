import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.plugins.PluginsLoader;

/** Starts one real Elasticsearch node from its published jars; the settings are the arguments. */
public final class Node {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("pack")) {
      pack(Path.of(args[1]), Path.of(args[2]));
      return;
    }
    Settings.Builder builder = Settings.builder();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      builder.put(arg.substring(0, equals), arg.substring(equals + 1));
    }
    start(builder.build());
  }

  private static void start(Settings settings) throws Exception {
    LogConfigurator.configureWithoutConfig(settings);
    LogConfigurator.configureESLogging();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test");
    PluginsLoader plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir(), false),
            Set.of(),
            Map.of(),
            false);
    new org.elasticsearch.node.Node(environment, plugins).start();
    new CountDownLatch(1).await(); // all of the node's own threads are daemons
  }

  /** Elasticsearch loads a module only from a jar of its own, and a bare JRE has no `jar` command. */
  private static void pack(Path classes, Path jar) throws Exception {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        var paths = Files.list(classes)) {
      for (Path path : (List<Path>) paths.sorted().toList()) {
        out.putNextEntry(new JarEntry(path.getFileName().toString()));
        Files.copy(path, out);
      }
    }
  }
}
