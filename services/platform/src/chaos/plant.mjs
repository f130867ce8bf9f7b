// A fault planted into a service for a chaos run: source text replaced while the module is loaded (`--import` in NODE_OPTIONS).
// The product has no switch for it. A plant that finds nothing to replace ends the process: a control that plants nothing proves nothing.
// biome-ignore-all lint/style/noProcessEnv: it has no config of its own, it is handed to a service by a spec.
import { registerHooks } from 'node:module';

const PLANTS = JSON.parse(process.env.DAYBOOK_PLANT ?? '[]');

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const plant = PLANTS.find(({ file }) => url.endsWith(file));
    if (!plant) return loaded;
    const source = String(loaded.source);
    if (!source.includes(plant.find)) {
      console.error(`the plant in ${plant.file} found nothing to replace`);
      process.exit(1);
    }
    return { ...loaded, source: source.replace(plant.find, plant.replace) };
  },
});
