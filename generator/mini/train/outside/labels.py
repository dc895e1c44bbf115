"""Hand labels of the test-only pictures: every one was looked at, and only the certain ones were kept.

A line with `|` says: category, kind, package, folder below usr/share, file type; the names of its pictures follow.
A name may end in `@left,top,side`, the square to look at in percent of the picture's width; it may reach over the edge.
"""

from __future__ import annotations

from typing import Final

LABELS: Final = """
animals|photo|opencv-doc|doc/opencv-doc/examples/data|.jpg
baboon butterfly squirrel_cls
animals|photo|tuxpaint-stamps-default|tuxpaint/stamps|.png
animals/amphibians/frog animals/amphibians/frog-1 animals/birds/adelaide-rosella animals/birds/blackbird
animals/birds/cuckoo animals/birds/drake animals/birds/duck animals/birds/gander animals/birds/guineafowl
animals/birds/helmeted_guineafowl animals/birds/hen animals/birds/heron_greatblue animals/birds/lark
animals/birds/little-penguin animals/birds/magellanic_penguin animals/birds/magpie animals/birds/nandou
animals/birds/ostrich animals/birds/owl animals/birds/peacock animals/birds/pelican animals/birds/penguin
animals/birds/pigeon animals/birds/pink_flamingo animals/birds/quetzal animals/birds/rainbow-lorikeet
animals/birds/rooster animals/birds/seagull animals/birds/silver-gull animals/birds/turkey animals/birds/vulture
animals/fish/bluegroper animals/fish/butterflyfish animals/fish/coraltrout animals/fish/dolphinfish
animals/fish/lionfish animals/fish/lobster animals/fish/shrimp animals/insects/bee animals/insects/fly
animals/insects/grasshopper animals/insects/hornet animals/insects/mantis animals/insects/xanthia animals/lizards/iguana
animals/mammals/apes/gorilla animals/mammals/aquatic/dolphin animals/mammals/aquatic/orca animals/mammals/aquatic/otter
animals/mammals/aquatic/whale animals/mammals/bears/bear animals/mammals/bears/european-bear
animals/mammals/bovines/bison animals/mammals/bovines/cow_white animals/mammals/bovines/gnu-baby
animals/mammals/bovines/gnu-baby-stand animals/mammals/bovines/gnu-sitting animals/mammals/bovines/indian_blackbuck
animals/mammals/bovines/mountaingoat animals/mammals/bovines/yak animals/mammals/cats/tiger_sumatran
animals/mammals/deer/caribou animals/mammals/deer/doe animals/mammals/deer/wapiti animals/mammals/dogs/dog
animals/mammals/echidna animals/mammals/elephant animals/mammals/equines/donkey_eating animals/mammals/equines/horse
animals/mammals/ferret animals/mammals/giraffe animals/mammals/hippopotamus animals/mammals/rabbit_little
animals/mammals/rodents/beaver animals/mammals/rodents/capybara animals/mammals/rodents/rabbit
animals/mammals/rodents/rabbit-2 animals/mammals/rodents/rat animals/mammals/wildboar animals/marsupials/kangaroo
animals/marsupials/koala
animals|painting|wesnoth-1.16-data|games/wesnoth/1.16/data/core/images/portraits|.png
monsters/bat monsters/bat-dread monsters/bat-red monsters/bear monsters/black-stallion monsters/crocodile
monsters/falcon monsters/fire_ant monsters/giant-rat monsters/giant-spider monsters/giant_ant monsters/horse
monsters/nightmare monsters/piglet monsters/scarab monsters/scorpion monsters/scorpion-elder monsters/scuttler
monsters/stoat monsters/woodland_boar undead/zombie-horse wolves/wolf-chewing wolves/wolf-dark wolves/wolf-great
wolves/wolf-red
animals|drawing|pysiogame|games/pysiogame/res/images/art4apps|.jpg
animals/ant animals/bee animals/beetle animals/blackbird animals/buffalo animals/chameleon animals/chimp animals/cobra
animals/cow animals/crow animals/doe animals/dog animals/dragonfly animals/duck animals/eagle animals/elk animals/fawn
animals/frog animals/giraffe animals/goat animals/goose animals/gorilla animals/hen animals/hummingbird animals/hyena
animals/jaguar animals/jay animals/kitten animals/lama animals/lion animals/llama animals/lobster animals/mole
animals/mosquito animals/opossum animals/ox animals/panther animals/parakeet animals/peacock animals/pelican
animals/pony animals/pug animals/rabbit animals/ram animals/ray animals/rhinoceros animals/rooster animals/seal
animals/shark animals/sheep animals/snail animals/snake animals/sparrow animals/spider animals/squirrel animals/swan
animals/toad animals/turkey animals/wolf animals/zebra
faces|painting|freecol|games/freecol/default/resources/images/foundingFathers|.jpg
adamSmith@24,18,69 benjaminFranklin@31,17,49 brewster@25,13,57 cortes@16,21,56 francisDrake@16,18,59
georgeWashington@13,21,59 henryHudson@29,26,42 hernandoDeSoto@28,20,54 jacobFugger@17,26,51 janDeWitt@25,18,56
johnPaulJones@31,28,46 juanDeSepulveda@22,23,56 laSalle@29,21,52 magellan@17,27,56 paulRevere@26,18,58
peterMinuit@21,30,45 peterStuyvesant@30,18,49 pocahontas@28,28,54 simonBolivar@22,17,62 thomasJefferson@18,24,48
thomasPaine@4,16,73 williamPenn@32,21,49
faces|painting|wesnoth-1.16-data|games/wesnoth/1.16/data/campaigns/tutorial/images/portraits|.png
delfador@21,27,27 konrad@32,7,30 lisar@24,5,28
faces|painting|wesnoth-1.16-data|games/wesnoth/1.16/data/core/images/portraits|.png
dunefolk/herbalist@19,-5,47 dwarves/dragonguard@17,13,30 dwarves/explorer@33,16,29 dwarves/guard@25,13,33
dwarves/runemaster@23,9,38 dwarves/scout@24,19,34 dwarves/thunderer@42,11,38 elves/captain@39,15,36
elves/fighter@34,3,39 elves/high-lord@36,0,28 elves/lady@34,10,32 elves/lord@39,1,31 elves/marksman@45,8,32
elves/ranger@31,7,32 elves/shaman@28,12,33 elves/sorceress@46,4,34
faces|painting|wesnoth-1.16-did|games/wesnoth/1.16/data/campaigns/Descent_Into_Darkness/images/portraits|.png
darken_volk@33,8,29 dela-mad@22,11,36 karae@32,6,27 malin_young@23,7,29
faces|painting|wesnoth-1.16-dm|games/wesnoth/1.16/data/campaigns/Delfadors_Memoirs/images/portraits|.png
eldred@38,35,24 garard@34,-1,41 kalenz@39,4,34 leollyn@42,-1,30 methor@56,21,25 young_delfador@33,1,35
faces|painting|wesnoth-1.16-ei|games/wesnoth/1.16/data/campaigns/Eastern_Invasion/images/portraits|.png
dacyn@24,18,26 konrad_II-sceptre@41,5,25
faces|painting|wesnoth-1.16-httt|games/wesnoth/1.16/data/campaigns/Heir_To_The_Throne/images/portraits|.png
delfador-elvish-mentoring@33,0,32 kalenz@39,4,34 konrad-elvish-glad@27,6,29 konrad-human-concerned@30,6,32
lisar-glad@23,6,27 moremirmu@37,6,26
faces|painting|wesnoth-1.16-l|games/wesnoth/1.16/data/campaigns/Liberty/images/portraits|.png
baldras@43,-2,38 harper@41,12,36 maddock@43,-1,34 relana@30,-1,31
faces|painting|wesnoth-1.16-low|games/wesnoth/1.16/data/campaigns/Legend_of_Wesmere/images/portraits|.png
aldar@32,1,33 crelanu@20,28,29 dionli@27,16,28 galtrid@30,5,32 haldricII@57,3,30 kalenz_young@37,2,34 uradredia@36,4,32
velon@32,-4,36
faces|painting|wesnoth-1.16-nr|games/wesnoth/1.16/data/campaigns/Northern_Rebirth/images/portraits|.png
Eryssa@49,19,40 Sisal@26,1,43 Stalrag@28,1,58
faces|painting|wesnoth-1.16-sof|games/wesnoth/1.16/data/campaigns/Sceptre_of_Fire/images/portraits|.png
alanin-old@42,4,22 baglur@35,28,34
faces|painting|wesnoth-1.16-trow|games/wesnoth/1.16/data/campaigns/The_Rise_Of_Wesnoth/images/portraits|.png
aryad@26,1,30 edmond@30,19,28 eldaric@33,4,32 haldric-mad@33,9,29 isomithir@38,5,26 jessica@28,7,22 logalmier@36,6,28
faces|painting|wesnoth-1.16-tsg|games/wesnoth/1.16/data/campaigns/The_South_Guard/images/portraits|.png
ithelden@39,11,27
faces|painting|wesnoth-1.16-ttb|games/wesnoth/1.16/data/campaigns/Two_Brothers/images/portraits|.png
arvith@49,2,22 baran@48,5,31
faces|painting|wesnoth-1.16-utbs|games/wesnoth/1.16/data/campaigns/Under_the_Burning_Suns/images/portraits|.png
elyssa@32,21,31 kaleh@28,1,28 zhul@32,27,33
faces|painting|wesnoth-1.16-utbs|games/wesnoth/1.16/data/campaigns/Under_the_Burning_Suns/images/portraits/quenoth|.png
archer@26,9,20 shaman@46,33,28 sun_singer@38,30,28
people|photo|tuxpaint-stamps-default|tuxpaint/stamps|.png
people/fireman200b space/spacewalk
people|painting|wesnoth-1.16-data|games/wesnoth/1.16/data/core/images/portraits|.png
elves/archer elves/archer+female elves/druid elves/hero elves/marksman+female elves/ranger+female humans/assassin
humans/assassin+female humans/bandit humans/bowman humans/dark-adept humans/dark-adept+female humans/duelist
humans/fencer humans/footpad humans/footpad+female humans/general humans/halberdier humans/heavy-infantry
humans/huntsman humans/iron-mauler humans/javelineer humans/lieutenant humans/longbowman humans/mage humans/mage+female
humans/mage-arch humans/mage-arch+female humans/mage-light humans/mage-light+female humans/mage-red
humans/mage-red+female humans/mage-silver humans/mage-silver+female humans/mage-white humans/mage-white+female
humans/marshal humans/marshal-2 humans/master-at-arms humans/master-bowman humans/outlaw humans/outlaw+female
humans/peasant humans/pikeman humans/ranger humans/royal-guard humans/royal-warrior humans/ruffian humans/sergeant
humans/spearman humans/spearman-2 humans/swordsman humans/swordsman-2 humans/swordsman-3 humans/thief
humans/thief+female humans/thug humans/trapper humans/woodsman
people|painting|wesnoth-1.16-dm|games/wesnoth/1.16/data/campaigns/Delfadors_Memoirs/images/portraits|.png
lionel
people|painting|wesnoth-1.16-ei|games/wesnoth/1.16/data/campaigns/Eastern_Invasion/images/portraits|.png
gweddry
people|painting|wesnoth-1.16-httt|games/wesnoth/1.16/data/campaigns/Heir_To_The_Throne/images/story|.jpg
httt_story2 httt_story4 httt_story6
people|painting|wesnoth-1.16-l|games/wesnoth/1.16/data/campaigns/Liberty/images/portraits|.png
dommel
people|painting|wesnoth-1.16-low|games/wesnoth/1.16/data/campaigns/Legend_of_Wesmere/images/portraits|.png
landar
people|painting|wesnoth-1.16-nr|games/wesnoth/1.16/data/campaigns/Northern_Rebirth/images/portraits|.png
Hidel Sister_Thera
people|painting|wesnoth-1.16-sotbe|games/wesnoth/1.16/data/campaigns/Son_Of_The_Black_Eye/images/portraits|.png
old_orcish_shaman
people|painting|wesnoth-1.16-trow|games/wesnoth/1.16/data/campaigns/The_Rise_Of_Wesnoth/images/story|.jpg
trow_intro_09 trow_story_01-A_Summer_of_Storms trow_story_02-The_Fall trow_story_04a-The_Swamp_of_Esten
people|drawing|pysiogame|games/pysiogame/res/images/art4apps|.jpg
jobs/actor jobs/anaesthesiologist jobs/astronaut jobs/athlete jobs/ballet jobs/boxer jobs/bricklayer jobs/butcher
jobs/carpenter jobs/chef jobs/cleaner jobs/clown jobs/cook jobs/cowboy jobs/doctor jobs/electrician jobs/engineer
jobs/farmer jobs/fireman jobs/hunter jobs/king jobs/knight jobs/mechanic jobs/musician jobs/nun jobs/nurse jobs/painter
jobs/pirate jobs/plumber jobs/police jobs/pope jobs/priest jobs/prince jobs/princess jobs/queen jobs/sailor
jobs/scientist jobs/teacher jobs/worker people/boy people/bride people/couple people/family people/friends people/girl
people/lady people/madam people/mates people/mother people/sisters people/twin_boys people/twin_girls sport/golf
sport/hike sport/jog sport/judo sport/race sport/ski
objects|photo|opencv-doc|doc/opencv-doc/examples/data|.jpg
apple orange
objects|photo|plasma-workspace-wallpapers|wallpapers|.jpg
ColorfulCups/contents/screenshot
objects|photo|tuxpaint-stamps-default|tuxpaint/stamps|.png
clothes/clothespin_old food/fruit/Apricot_whole food/fruit/Cherry_Stella food/fruit/Strawberry2
food/fruit/apple_granny_smith food/fruit/apple_green food/fruit/apple_sierra_beauty food/fruit/banana
food/fruit/cherimoya food/fruit/grapes food/fruit/lemon food/fruit/mandarine food/fruit/mango food/fruit/orange
food/fruit/orange_seville food/fruit/pear food/fruit/pomegranate food/fruit/raspberry food/fruit/sliced_lime
food/fruit/sliced_orange food/fruit/strawberry food/nuts/pecan food/nuts/walnut_shelled food/spices/ginger
food/vegetables/broccoli food/vegetables/chilepepper food/vegetables/garlic food/vegetables/lettuce
food/vegetables/mushroom food/vegetables/onion food/vegetables/pattypan_squash food/vegetables/pepper
food/vegetables/potato food/vegetables/redlettuce food/vegetables/tomato food/vegetables/yam
food/vegetables/yellowpepper hobbies/binoculars hobbies/camera_35mm hobbies/music/percussion/cymbal_crash
hobbies/music/percussion/drumkit hobbies/music/string/cello hobbies/music/string/guitar2
hobbies/music/string/guitar_electric_bass hobbies/music/wind/bassoon household/Lightbulb household/arttools/pen_dryerase
household/arttools/scissors_small_open household/cylinder household/dishes/mug household/dishes/pitcher_small
household/dishes/teapot household/dishes/utensils/nutcracker household/garbagecan household/rubberduck household/toilet
household/tools/hammer household/tools/saw household/tools/spade household/tools/toolbox household/tools/wrench
household/tools/wrench_plumbers household/wheelie_bin medical/stethoscope medical/syringe
military/ammunition/old_naval_shell military/vehicles/ww2_german_gun seasonal/christmas/Candy_cane_photo_1
seasonal/christmas/Roast_turkey sports/cricketball sports/football vehicles/7spoke256 vehicles/auto/beetle
vehicles/auto/sportscar2 vehicles/auto/truck vehicles/construction/dumper vehicles/cycle/pink_tricycle
vehicles/emergency/firetruck vehicles/flight/balloon360 vehicles/ship/chineseJunk vehicles/wheel_tractor
objects|painting|freecol|games/freecol/default/resources/images/goods|.png
bells.size9 coats.size2 food.size2 hammers.size9 muskets.size9 rum.size2 tools.size2 tradeGoods.size9
objects|drawing|pysiogame|games/pysiogame/res/images/art4apps|.jpg
clothes_n_accessories/hat clothes_n_accessories/jacket clothes_n_accessories/jewel clothes_n_accessories/jewellery
clothes_n_accessories/overalls clothes_n_accessories/pants clothes_n_accessories/shirt clothes_n_accessories/shoe
clothes_n_accessories/shoe_sole clothes_n_accessories/sweatshirt clothes_n_accessories/trousers food/cake food/candy
food/chocolate food/cookie food/corn food/dessert food/egg food/fudge food/hamburger food/hot_dog food/juice
food/lemonade food/lunch food/meal food/peanut food/sandwich food/slice food/soup food/spice food/stew food/tea
food/water_bottle fruit_n_veg/apple fruit_n_veg/apricot fruit_n_veg/beans fruit_n_veg/blackberries
fruit_n_veg/blueberries fruit_n_veg/broccoli fruit_n_veg/carrot fruit_n_veg/cherries fruit_n_veg/garlic
fruit_n_veg/grapes fruit_n_veg/kiwi fruit_n_veg/leek fruit_n_veg/lettuce fruit_n_veg/lime fruit_n_veg/mango
fruit_n_veg/papaya fruit_n_veg/peach fruit_n_veg/plums fruit_n_veg/potatoes fruit_n_veg/turnip transport/bicycle
transport/bike transport/boat transport/car transport/motorcycle transport/sleigh transport/train
scenery|photo|endless-sky-data|games/endless-sky/images/land|.jpg
badlands9-harro beach10-sfiera beach11-harro beach12-harro beach7-sfiera beach8-sfiera beach9-sfiera canyon10-harro
city13-sfiera city14-sfiera city15-sfiera city16-sfiera city17-sfiera desert10-harro desert8-sfiera desert9-sfiera
dune6-harro fields10-sfiera fields11-sfiera fields12-sfiera fields13-sfiera hills5-sfiera hills6-sfiera hills7-harro
mountain10-sfiera mountain11-sfiera mountain12-sfiera mountain13-sfiera mountain14-sfiera mountain15-sfiera
mountain16-striker mountain17-harro mountain18-harro mountain19-harro mountain20-harro mountain21-harro mountain22-spfld
mountain23-spfld mountain24-spfld mountain25-spfld sea10-sfiera sea11-sfiera sea12-sfiera sea13-sfiera sea14-sfiera
sea15-harro sea16-harro sea17-harro snow10-sfiera snow11-sfiera valley10-sfiera valley11-harro valley12-harro
valley13-harro valley14-harro valley15-harro water10-harro water11-harro
scenery|photo|mate-backgrounds|backgrounds/mate/nature|.jpg
Dune Storm
scenery|photo|plasma-workspace-wallpapers|wallpapers|.jpg
BytheWater/contents/screenshot DarkestHour/contents/screenshot Path/contents/screenshot summer_1am/contents/screenshot
scenery|painting|opencv-doc|doc/opencv-doc/examples/data|.jpg
starry_night
scenery|painting|plasma-workspace-wallpapers|wallpapers|.jpg
Autumn/contents/screenshot
scenery|painting|plasma-workspace-wallpapers|wallpapers|.png
Altai/contents/screenshot
scenery|painting|wesnoth-1.16-data|games/wesnoth/1.16/data/core/images/story|.jpg
landscape-bridge landscape-bridge_sun landscape-castle landscape-coast landscape-hills-01 landscape-hills-02
landscape-mountains-01 landscape-mountains-02 landscape-mountains-03 landscape-mountains-04 landscape-mountains-05
landscape-plain
scenery|painting|wesnoth-1.16-l|games/wesnoth/1.16/data/campaigns/Liberty/images/story|.jpg
frontier island return_to_Dallben_and_Delwyn
scenery|painting|wesnoth-1.16-trow|games/wesnoth/1.16/data/campaigns/The_Rise_Of_Wesnoth/images/story|.jpg
trow_intro_01 trow_story_04b-The_Midlands trow_story_15-A_New_Land
scenery|painting|wesnoth-1.16-tsg|games/wesnoth/1.16/data/campaigns/The_South_Guard/images/story|.jpg
fall summer winter
scenery|drawing|pysiogame|games/pysiogame/res/images/art4apps|.jpg
nature/canyon nature/coast nature/desert nature/dune nature/forest nature/iceberg nature/lake nature/lava
nature/mountain nature/peak nature/shore
"""
